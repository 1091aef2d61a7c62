package dev.vt.simulation.run;

import dev.vt.simulation.fault.Fault;
import dev.vt.simulation.fault.FaultPlan.Step;
import dev.vt.simulation.fault.Target;
import dev.vt.simulation.host.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Does the steps of a plan, one at a time: begin, wait, end, and wait until all servers agree again. One thread. */
final class Injector {
    private final Cluster cluster;

    Injector(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Told on this thread once the fault has come: what a killed server answered while it was being looked for is not of after. */
    interface Listener {
        void began(Step step, ServerProcess victim, boolean leads);
    }

    void run(Step step, Listener listener) throws IOException, InterruptedException {
        Thread.sleep(step.calm());
        ServerProcess leader = Objects.requireNonNull(cluster.leader(), "a calm cluster has a leader");
        ServerProcess victim = victim(step.fault().target(), leader);
        begin(step.fault(), victim);
        listener.began(step, victim, victim == leader);
        Thread.sleep(step.lasting());
        end(step.fault(), victim);
        cluster.agree();
    }

    private ServerProcess victim(Target target, ServerProcess leader) {
        List<ServerProcess> followers =
                cluster.servers().stream().filter(server -> server != leader).toList();
        return switch (target) {
            case LEADER -> leader;
            case FIRST_FOLLOWER -> followers.getFirst();
            case LAST_FOLLOWER -> followers.getLast();
        };
    }

    private void begin(Fault fault, ServerProcess victim) throws IOException, InterruptedException {
        switch (fault) {
            case Fault.Kill9 kill -> victim.kill9(kill.withDatabase());
            case Fault.Pause pause -> victim.pause(pause.withDatabase());
            case Fault.Partition partition -> {
                deafen(victim);
                mute(victim);
            }
            case Fault.OneWay oneWay -> {
                switch (oneWay.direction()) {
                    case DEAF -> deafen(victim);
                    case MUTE -> mute(victim);
                }
            }
            case Fault.DiskFull full -> victim.fillDisk();
            case Fault.SlowSync slow -> victim.slowSync(slow.delay());
            case Fault.ClockSkew skew -> victim.skewClock(skew.offset());
        }
    }

    private void end(Fault fault, ServerProcess victim) throws IOException, InterruptedException {
        switch (fault) {
            case Fault.Kill9 kill -> victim.start();
            case Fault.Pause pause -> victim.resume();
            case Fault.Partition partition -> reconnect();
            case Fault.OneWay oneWay -> reconnect();
            case Fault.DiskFull full -> victim.freeDisk();
            case Fault.SlowSync slow -> victim.slowSync(Duration.ZERO);
            case Fault.ClockSkew skew -> victim.skewClock(Duration.ZERO);
        }
    }

    private void deafen(ServerProcess victim) throws InterruptedException {
        for (ServerProcess other : cluster.servers()) {
            if (other != victim) {
                victim.host().ignore(other.host());
            }
        }
    }

    private void mute(ServerProcess victim) throws InterruptedException {
        for (ServerProcess other : cluster.servers()) {
            if (other != victim) {
                other.host().ignore(victim.host());
            }
        }
    }

    private void reconnect() throws InterruptedException {
        for (ServerProcess server : cluster.servers()) {
            server.host().hearAll();
        }
    }
}
