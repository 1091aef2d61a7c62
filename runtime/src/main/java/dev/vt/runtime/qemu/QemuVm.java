package dev.vt.runtime.qemu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.VmState;
import dev.vt.runtime.VmState.Phase;
import dev.vt.runtime.host.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One QEMU process. Calls come from the VM's owner, one at a time; {@link #end} also from the monitor's end, so the phase
 * changes under this object's lock.
 */
final class QemuVm {
    private static final Logger log = LoggerFactory.getLogger(QemuVm.class);
    private static final Duration QMP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final SavedVm saved;
    private final Path runDir;
    private final Optional<ProcessIdentity> process;
    private final CountDownLatch exited = new CountDownLatch(1);

    private Phase phase;
    private boolean ending;
    private byte[] lastConsole = new byte[0];
    private volatile @Nullable QmpClient monitor;

    /** @param process absent for a VM whose process is known to have ended */
    QemuVm(SavedVm saved, Path runDir, Optional<ProcessIdentity> process) {
        this.saved = saved;
        this.runDir = runDir;
        this.process = process;
        this.phase = process.isPresent() ? Phase.CREATED : Phase.STOPPED;
        if (process.isEmpty()) {
            exited.countDown();
        }
    }

    SavedVm saved() {
        return saved;
    }

    VmSpec spec() {
        return saved.spec();
    }

    synchronized Phase phase() {
        return phase;
    }

    VmState state() {
        return new VmState(spec().id(), phase(), spec().bootId(), spec().labels());
    }

    Path controlSocket() {
        return runDir.resolve(QemuCommand.CONTROL_SOCKET);
    }

    Optional<ProcessIdentity> process() {
        return process;
    }

    /** Connects to the monitor and takes the phase from QEMU; a guest that has already ended is brought to its end. */
    void connect(Duration timeout) throws IOException {
        QmpClient client = QmpClient.connect(
                runDir.resolve(QemuCommand.QMP_SOCKET), timeout, this::onEvent, this::onMonitorClosed);
        monitor = client;
        String status = client.execute("query-status", timeout).path("status").asText();
        boolean ended;
        synchronized (this) {
            ended = status.equals("shutdown") || status.equals("guest-panicked") || status.equals("internal-error");
            if (phase != Phase.STOPPED) {
                phase = switch (status) {
                    case "prelaunch" -> Phase.CREATED;
                    case "paused", "inmigrate", "postmigrate" -> Phase.PAUSED;
                    default -> Phase.RUNNING;
                };
            }
        }
        if (ended) {
            end("adopted_after_exit");
        }
    }

    /**
     * Waits until QEMU has read the whole stream it was started with.
     *
     * @throws IOException if it has not in time, or ended over it
     */
    void awaitRestored(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (status(timeout).equals("inmigrate")) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the stream was not read in " + timeout.toMillis() + " ms");
            }
            Thread.sleep(2);
        }
        synchronized (this) {
            if (phase == Phase.STOPPED) {
                throw new IOException("the VMM ended over the stream");
            }
            phase = Phase.PAUSED;
        }
    }

    /**
     * Has a paused machine written to a Unix socket below its run directory, whole.
     *
     * @param socket its name there; somebody reads it
     */
    void save(String socket, Duration timeout) throws IOException, InterruptedException {
        QmpClient client = client();
        ObjectNode unlimited = Json.object();
        unlimited.put("max-bandwidth", 1L << 40);
        client.execute("migrate-set-parameters", unlimited, QMP_TIMEOUT);
        ObjectNode target = Json.object();
        target.put("uri", "unix:" + socket);
        client.execute("migrate", target, QMP_TIMEOUT);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            String status =
                    client.execute("query-migrate", QMP_TIMEOUT).path("status").asText();
            if (status.equals("completed")) {
                return;
            }
            if (status.equals("failed") || status.equals("cancelled") || System.nanoTime() > deadline) {
                throw new IOException("the machine was not saved: " + status);
            }
            Thread.sleep(20);
        }
    }

    private String status(Duration timeout) throws IOException {
        return client().execute("query-status", timeout).path("status").asText();
    }

    private QmpClient client() throws IOException {
        QmpClient client = monitor;
        if (client == null) {
            throw new IOException("the VMM is gone");
        }
        return client;
    }

    void run(String command, Phase after) throws IOException {
        client().execute(command, QMP_TIMEOUT);
        synchronized (this) {
            if (phase != Phase.STOPPED) {
                phase = after;
            }
        }
    }

    /** The newest console bytes; QEMU's ring is emptied by reading, so what was read before is kept here. */
    synchronized byte[] console() {
        if (phase != Phase.STOPPED) {
            drainConsole(LAST_WORDS);
        }
        return lastConsole.clone();
    }

    boolean awaitExit(Duration timeout) throws InterruptedException {
        return exited.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the process without the guest's help, and waits until it is gone. */
    void kill(Duration timeout) {
        synchronized (this) {
            if (phase != Phase.STOPPED) {
                drainConsole(LAST_WORDS);
            }
        }
        process.ifPresent(ProcessIdentity::kill);
        awaitGone(timeout);
        stopped();
    }

    void closeMonitor() {
        QmpClient client = monitor;
        monitor = null;
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                log.debug("closing a monitor failed vm={}", spec().id(), e);
            }
        }
    }

    private void onEvent(String event) {
        if (event.equals("SHUTDOWN") || event.equals("GUEST_PANICKED")) {
            Thread.ofVirtual().name("vm-end " + spec().id()).start(() -> end(event));
        }
    }

    private void onMonitorClosed() {
        if (monitor != null) {
            Thread.ofVirtual().name("vm-end " + spec().id()).start(() -> end("monitor_closed"));
        }
    }

    /** The guest has ended, or the VMM: keeps the console and sees the process off. Idempotent. */
    private void end(String cause) {
        synchronized (this) {
            if (phase == Phase.STOPPED || ending) {
                return;
            }
            ending = true;
            drainConsole(LAST_WORDS);
        }
        QmpClient client = monitor;
        if (client != null) {
            try {
                client.post("quit");
            } catch (IOException e) {
                log.debug("the VMM left before it was told to vm={}", spec().id(), e);
            }
        }
        if (!awaitGone(Duration.ofSeconds(2))) {
            process.ifPresent(ProcessIdentity::kill);
            awaitGone(Duration.ofSeconds(2));
        }
        stopped();
        log.info("vm ended vm={} boot={} cause={}", spec().id(), spec().bootId(), cause);
    }

    private void stopped() {
        synchronized (this) {
            phase = Phase.STOPPED;
        }
        exited.countDown();
        closeMonitor();
    }

    private void drainConsole(Duration timeout) {
        QmpClient client = monitor;
        if (client == null) {
            return;
        }
        ObjectNode arguments = Json.object();
        arguments
                .put("device", "console")
                .put("size", QemuCommand.CONSOLE_BYTES)
                .put("format", "utf8");
        try {
            byte[] fresh =
                    client.execute("ringbuf-read", arguments, timeout).asText().getBytes(StandardCharsets.UTF_8);
            lastConsole = tail(lastConsole, fresh);
        } catch (IOException e) {
            log.debug("console not readable vm={}", spec().id(), e);
        }
    }

    private static byte[] tail(byte[] before, byte[] fresh) {
        int total = Math.min(before.length + fresh.length, QemuCommand.CONSOLE_BYTES);
        int fromFresh = Math.min(fresh.length, total);
        int fromBefore = total - fromFresh;
        byte[] joined = new byte[total];
        System.arraycopy(before, before.length - fromBefore, joined, 0, fromBefore);
        System.arraycopy(fresh, fresh.length - fromFresh, joined, fromBefore, fromFresh);
        return joined;
    }

    private boolean awaitGone(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (process.map(ProcessIdentity::isAlive).orElse(false)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
