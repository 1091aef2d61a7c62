package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.quota.Dimension;
import dev.vt.control.quota.Quotas;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.scheduler.Action;
import dev.vt.scheduler.Plan;
import dev.vt.scheduler.Planner;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the planner on the leader and appends what it decides, one batch per group. A batch that is rejected is dropped: the
 * event that overtook it, or the period, plans the group again. Runs on its reconciler thread only.
 */
final class SchedulerReconciler implements Reconciler {
    private static final Logger log = LoggerFactory.getLogger(SchedulerReconciler.class);
    private static final Duration PERIOD = Duration.ofSeconds(30);

    /** K1: what comes within this time after a pass is planned together. */
    private static final Duration COALESCE = Duration.ofMillis(50);

    /** Leaves room below the limits of a batch; the rest comes with the next pass. */
    private static final int MAX_ACTIONS = 150;

    private final StateReader state;
    private final SnapshotReader snapshots;
    private final SystemMutations mutations;
    private final Clock clock;
    private final IdSource ids;
    private final SchedulerSettings settings;
    private final Planner planner = new Planner();
    private final AtomicLong passedEventId = new AtomicLong();
    private volatile Duration untilNext = PERIOD;
    private Instant lastPass = Instant.EPOCH;

    SchedulerReconciler(
            StateReader state,
            SnapshotReader snapshots,
            SystemMutations mutations,
            Clock clock,
            IdSource ids,
            SchedulerSettings settings) {
        this.state = state;
        this.snapshots = snapshots;
        this.mutations = mutations;
        this.clock = clock;
        this.ids = ids;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "scheduler";
    }

    /** Shorter than usual when the plan waits for a moment: a timeout, a backoff, the end of a grace. */
    @Override
    public Duration period() {
        return untilNext;
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.startsWith("env.")
                || eventType.startsWith("instance.")
                || eventType.startsWith("node.")
                || eventType.startsWith("secret_bundle.")
                || eventType.startsWith("config.")
                || eventType.equals("quota.set")
                || eventType.equals("deploy.created");
    }

    /** The newest event that a finished pass has seen. */
    long passedEventId() {
        return passedEventId.get();
    }

    @Override
    public ReconcileReport reconcile() {
        coalesce();
        Reading reading = state.read(snapshots::all);
        Instant now = now(reading);
        Plan plan = planner.plan(reading.snapshot(), settings.get(), now, ids);
        Map<GroupKey, List<Action>> batches = new TreeMap<>();
        plan.actions()
                .forEach(action -> batches.computeIfAbsent(action.group(), key -> new ArrayList<>())
                        .add(action));
        int changed = 0;
        List<String> problems = new ArrayList<>();
        for (Map.Entry<GroupKey, List<Action>> batch : batches.entrySet()) {
            GroupFacts facts = Objects.requireNonNull(reading.groups().get(batch.getKey()));
            List<Action> actions = batch.getValue()
                    .subList(0, Math.min(MAX_ACTIONS, batch.getValue().size()));
            switch (append(facts, actions)) {
                case SystemMutations.Outcome.Applied applied -> {
                    changed += actions.size();
                    log(actions);
                }
                case SystemMutations.Outcome.Unchanged unchanged -> {}
                case SystemMutations.Outcome.Refused(Problem problem) ->
                    problems.add(batch.getKey() + ": " + problem.code().code());
            }
        }
        passedEventId.accumulateAndGet(reading.eventId(), Math::max);
        untilNext = problems.isEmpty() ? untilNext(plan, now) : Duration.ofSeconds(1);
        return new ReconcileReport(reading.snapshot().groups().size(), changed, problems);
    }

    private void coalesce() {
        Duration since = Duration.between(lastPass, clock.instant());
        if (!since.isNegative() && since.compareTo(COALESCE) < 0) {
            try {
                Thread.sleep(COALESCE.minus(since));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        lastPass = clock.instant();
    }

    /** Log time only moves with appends; timeouts must end without one. */
    private Instant now(Reading reading) {
        Instant now = clock.instant();
        return now.isAfter(reading.logTime()) ? now : reading.logTime();
    }

    private static Duration untilNext(Plan plan, Instant now) {
        return plan.wakeAt()
                .map(at -> Duration.between(now, at).plusMillis(1))
                .filter(wait -> wait.compareTo(PERIOD) < 0)
                .orElse(PERIOD);
    }

    private SystemMutations.Outcome append(GroupFacts facts, List<Action> actions) {
        int[] attempts = {0};
        return mutations.asSystem("scheduler", draft -> {
            if (attempts[0]++ > 0) {
                draft.refuse(Problem.of(ErrorCode.CONCURRENT_UPDATE, "the group changed while it was planned"));
                return;
            }
            draft.require(facts.unchanged());
            requireQuota(draft, facts, actions);
            actions.forEach(action -> add(draft, facts, action));
        });
    }

    /** K18: what the plan saw may have been taken meanwhile; the next pass says so as the group's reason. */
    private static void requireQuota(Draft draft, GroupFacts facts, List<Action> actions) {
        long instances = 0;
        long memory = 0;
        long cpu = 0;
        for (Action action : actions) {
            if (action instanceof Action.Allocate allocate) {
                instances++;
                memory += allocate.reserved().memoryBytes();
                cpu += allocate.reserved().cpuMillis();
            }
        }
        if (instances > 0) {
            draft.require(Quotas.more(
                    Objects.requireNonNull(facts.owner().orgId()),
                    Map.of(
                            Dimension.MAX_INSTANCES, instances,
                            Dimension.MAX_TOTAL_MEMORY_BYTES, memory,
                            Dimension.MAX_TOTAL_CPU_MILLIS, cpu)));
        }
    }

    private static void add(Draft draft, GroupFacts facts, Action action) {
        switch (action) {
            case Action.Allocate allocate -> {
                AggregateKey instance = Instances.key(allocate.instanceId());
                draft.expect(instance, 0)
                        .require(new Precondition.Capacity(
                                allocate.nodeId(), allocate.reserved().memoryBytes()))
                        .require(
                                new Precondition.Claim(Instances.ADDRESS_SCOPE, allocate.overlayIpv6(), instance),
                                ErrorCode.ADDRESS_IN_USE,
                                "the address was taken meanwhile");
                draft.append(event(instance, facts, allocated(allocate), allocate.deployId()));
            }
            case Action.SetDesiredState change -> {
                InstanceEvent.DesiredStateChanged event = new InstanceEvent.DesiredStateChanged(
                        change.desired(),
                        change.desired() == DesiredState.DRAINING ? change.graceSeconds() : null,
                        change.reason());
                draft.append(event(Instances.key(change.instanceId()), facts, event, facts.deployId()));
            }
            case Action.Block block -> {
                ObjectNode payload = Json.object()
                        .put("process_type", block.group().processType())
                        .put("reason_code", block.reason())
                        .put("detail", block.detail())
                        .put("wanted", block.wanted())
                        .put("placed", block.placed());
                draft.append(new NewEvent(facts.env(), "env.scheduling_blocked", facts.owner(), payload));
            }
            case Action.Unblock unblock ->
                draft.append(new NewEvent(
                        facts.env(),
                        "env.scheduling_unblocked",
                        facts.owner(),
                        Json.object().put("process_type", unblock.group().processType())));
        }
    }

    private static InstanceEvent.Allocated allocated(Action.Allocate allocate) {
        return new InstanceEvent.Allocated(
                allocate.group().processType(),
                allocate.nodeId(),
                allocate.driver(),
                allocate.releaseId(),
                allocate.secretsVersionId(),
                allocate.deployId(),
                allocate.specHash(),
                allocate.overlayIpv6(),
                allocate.reserved().cpuMillis(),
                allocate.reserved().memoryBytes() - allocate.overheadBytes(),
                allocate.overheadBytes(),
                allocate.reserved().diskBytes());
    }

    private static NewEvent event(
            AggregateKey instance, GroupFacts facts, InstanceEvent event, @Nullable String deployId) {
        return new NewEvent(
                instance,
                InstanceEventCodec.type(event),
                1,
                facts.owner(),
                InstanceEventCodec.payload(event),
                deployId,
                null);
    }

    private static void log(List<Action> actions) {
        for (Action action : actions) {
            switch (action) {
                case Action.Allocate a ->
                    log.info(
                            "instance allocated instance={} group={} node={} address={}",
                            a.instanceId(),
                            a.group(),
                            a.nodeId(),
                            a.overlayIpv6());
                case Action.SetDesiredState s ->
                    log.info(
                            "instance leaves instance={} group={} desired={} reason={}",
                            s.instanceId(),
                            s.group(),
                            s.desired().word(),
                            s.reason());
                case Action.Block b ->
                    log.warn(
                            "group blocked group={} reason={} wanted={} placed={}",
                            b.group(),
                            b.reason(),
                            b.wanted(),
                            b.placed());
                case Action.Unblock u -> log.info("group unblocked group={}", u.group());
            }
        }
    }
}
