package dev.vt.runtime.sim;

import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.ByteChannelPair;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.VmState;
import dev.vt.runtime.VmState.Phase;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One VM of a simulated host. */
final class SimVm {
    private final VmSpec spec;
    private final SimGuest guest;
    private final CountDownLatch exited = new CountDownLatch(1);
    private Phase phase = Phase.CREATED;
    private @Nullable Connection connection;

    SimVm(VmSpec spec, GuestScript script, SimTime time) {
        this.spec = spec;
        this.guest = new SimGuest(spec.id(), spec.bootId(), script, time, this::stop);
    }

    /** Paused, with a guest that says HELLO as soon as it runs, under its template's names. */
    static SimVm restored(VmSpec spec, BaseSnapshot snapshot, GuestScript script, SimTime time) {
        SimVm vm = new SimVm(spec, script, time);
        vm.phase = Phase.PAUSED;
        vm.guest.restoreFrom(snapshot);
        return vm;
    }

    VmSpec spec() {
        return spec;
    }

    SimGuest guest() {
        return guest;
    }

    synchronized VmState state() {
        return new VmState(spec.id(), phase, spec.bootId(), spec.labels());
    }

    synchronized Phase phase() {
        return phase;
    }

    synchronized void start() {
        if (phase == Phase.CREATED) {
            phase = Phase.RUNNING;
            guest.powerOn();
        }
    }

    synchronized void pause(boolean on) {
        if (phase != Phase.STOPPED) {
            phase = on ? Phase.PAUSED : Phase.RUNNING;
            guest.pause(on);
        }
    }

    void stop() {
        Connection open;
        synchronized (this) {
            phase = Phase.STOPPED;
            open = connection;
            connection = null;
        }
        exited.countDown();
        if (open != null) {
            open.end();
        }
    }

    boolean awaitExit(Duration timeout) throws InterruptedException {
        return exited.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One at a time, as with a virtio port: a new one ends the one before. */
    ByteChannelPair connect() {
        Connection fresh = new Connection();
        Connection before;
        synchronized (this) {
            before = connection;
            connection = fresh;
            if (phase == Phase.STOPPED) {
                fresh.end();
            }
        }
        if (before != null) {
            before.end();
        }
        Thread.ofVirtual()
                .name("sim-guest/" + spec.id())
                .start(() -> guest.serve(fresh.toGuest.input(), fresh.toHost.output()));
        return fresh;
    }

    private static final class Connection implements ByteChannelPair {
        private final Pipe toGuest = new Pipe();
        private final Pipe toHost = new Pipe();
        private final InputStream input = toHost.input();
        private final OutputStream output = toGuest.output();

        @Override
        public InputStream input() {
            return input;
        }

        @Override
        public OutputStream output() {
            return output;
        }

        @Override
        public void close() {
            end();
        }

        void end() {
            toGuest.close();
            toHost.close();
        }
    }
}
