package dev.vt.agent.instance;

import dev.vt.agent.actor.Supervisor;
import dev.vt.agent.instance.Outcome.PlatformFailure;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.GuestMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The instances this node knows, one actor each. Desires come from the planner's thread; anybody may look. */
public final class Instances {
    private static final Logger log = LoggerFactory.getLogger(Instances.class);

    private final NodeServices node;
    private final Supervisor supervisor;
    private final Map<String, Running> actors = new ConcurrentHashMap<>();

    private record Running(InstanceActor actor, Thread thread) {}

    /**
     * One instance, to look at.
     *
     * @param specHash empty for an assignment that could not be read
     */
    public record View(
            String instanceId, Phase phase, String bootId, String specHash, Optional<GuestMetrics> metrics) {}

    public Instances(NodeServices node, Supervisor supervisor) {
        this.node = node;
        this.supervisor = supervisor;
    }

    /**
     * Starts the actors of all object files. The driver must have adopted its VMs before (RT10).
     *
     * @return ids of instances whose file cannot be read: their VMs are left alone
     */
    public List<String> load() {
        InstanceStore.Loaded loaded = node.store().load();
        loaded.records().forEach(this::start);
        return loaded.unknown();
    }

    /**
     * What the plan wants of an instance; a known one never changes its workload (RT8).
     *
     * @return false if it was refused for that, and the running VM left alone
     */
    public boolean desire(Assignment assignment) {
        Running known = actors.get(assignment.instanceId());
        if (known == null) {
            if (assignment.workload() == null) {
                log.info("nothing known of a stopping instance instance={}", assignment.instanceId());
                reportUnknownStopped(assignment);
                return true;
            }
            InstanceRecord fresh = InstanceRecord.allocated(assignment);
            node.store().save(fresh);
            start(fresh);
            return true;
        }
        WorkloadSpec before = known.actor().record().desired().workload();
        WorkloadSpec wanted = assignment.workload();
        if (before != null && wanted != null && !before.specHash().equals(wanted.specHash())) {
            log.error("assignment refused, spec changed instance={}", assignment.instanceId());
            return false;
        }
        Assignment complete = wanted != null
                ? assignment
                : new Assignment(
                        assignment.instanceId(),
                        assignment.generation(),
                        assignment.desiredState(),
                        assignment.drainGraceS(),
                        before);
        known.actor().desire(complete, true);
        return true;
    }

    /** An assignment that lacks something: failed, unless the instance is known (RT7). */
    public void refuse(String instanceId, long generation) {
        if (actors.containsKey(instanceId)) {
            return;
        }
        PlatformFailure failure = new PlatformFailure("driver_start_failed", "spec_invalid");
        History history = History.NONE.ended(failure);
        InstanceRecord record = new InstanceRecord(
                new Assignment(instanceId, generation, DesiredState.RUNNING, 0, null),
                true,
                Phase.FAILED,
                null,
                history,
                null,
                false);
        report(record);
    }

    /** Instances the plan does not name are drained and stopped (RT5). */
    public void absentExcept(Set<String> named) {
        for (Running running : actors.values()) {
            InstanceRecord record = running.actor().record();
            if (!named.contains(record.id()) && record.named()) {
                Assignment before = record.desired();
                running.actor()
                        .desire(
                                new Assignment(
                                        before.instanceId(),
                                        before.generation(),
                                        before.desiredState() == DesiredState.STOPPED
                                                ? DesiredState.STOPPED
                                                : DesiredState.DRAINING,
                                        before.drainGraceS(),
                                        before.workload()),
                                false);
            }
        }
    }

    /** Ids of instances whose workload runs. */
    public Set<String> running() {
        return actors.values().stream()
                .map(running -> running.actor().record())
                .filter(record -> record.phase().isRunning() || record.phase() == Phase.BOOTING)
                .map(InstanceRecord::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    public Set<String> ids() {
        return new TreeSet<>(actors.keySet());
    }

    /** Secret versions that instances of this node use. */
    public Set<String> secretVersions() {
        return actors.values().stream()
                .map(running -> running.actor().record().desired().workload())
                .flatMap(spec -> Optional.ofNullable(spec).map(WorkloadSpec::secrets).stream())
                .flatMap(secrets -> Optional.ofNullable(secrets.versionId()).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    public List<View> views() {
        List<View> views = new ArrayList<>();
        for (Running running : actors.values()) {
            InstanceRecord record = running.actor().record();
            Boot boot = record.boot();
            WorkloadSpec spec = record.desired().workload();
            views.add(new View(
                    record.id(),
                    record.phase(),
                    boot == null ? "" : boot.bootId(),
                    spec == null ? "" : spec.specHash(),
                    running.actor().metrics()));
        }
        return views;
    }

    /** The newest state of one. */
    Optional<InstanceRecord> record(String instanceId) {
        return Optional.ofNullable(actors.get(instanceId))
                .map(running -> running.actor().record());
    }

    /** The channel of an instance whose workload runs: for exec. */
    public Optional<GuestChannel> execChannel(String instanceId) {
        return Optional.ofNullable(actors.get(instanceId))
                .filter(running -> running.actor().record().phase().isRunning())
                .flatMap(running -> running.actor().channel());
    }

    /** The channel of an instance in whatever phase. */
    Optional<GuestChannel> anyChannel(String instanceId) {
        return Optional.ofNullable(actors.get(instanceId))
                .flatMap(running -> running.actor().channel());
    }

    /** Ends the actors, not the VMs (RT2); returns when all have let go. */
    public void close() throws InterruptedException {
        actors.values().forEach(running -> running.actor().close());
        for (Running running : actors.values()) {
            running.thread().join(Duration.ofSeconds(20));
        }
    }

    private void start(InstanceRecord record) {
        InstanceActor actor = new InstanceActor(node, record);
        Thread thread = supervisor.start(
                "instance/" + record.id(),
                () -> {
                    actor.run();
                    if (actor.isForgotten()) {
                        actors.remove(record.id());
                    }
                },
                actor::giveUp);
        actors.put(record.id(), new Running(actor, thread));
        if (actor.isForgotten()) {
            // It was over before it was in the map.
            actors.remove(record.id());
        }
    }

    private void reportUnknownStopped(Assignment assignment) {
        report(new InstanceRecord(assignment, true, Phase.STOPPED, null, History.NONE, null, false));
    }

    private void report(InstanceRecord record) {
        node.outbox()
                .report(
                        new InstanceReport(
                                record.id(),
                                ReportedStatus.of(record),
                                node.timeline().instant(),
                                Map.of()),
                        () -> {});
    }
}
