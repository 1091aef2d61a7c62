package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.scheduler.Gap;
import dev.vt.scheduler.deploy.DeployProgress;
import dev.vt.scheduler.deploy.DeployStatus;
import dev.vt.scheduler.deploy.DeployView;
import dev.vt.scheduler.view.FailureView;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.RolloutRules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves deploys through their states as their groups move (scheduler.md §7). It changes nothing else: a failed deploy leaves
 * the desired releases as they are. Runs on its reconciler thread only.
 */
final class DeployController implements Reconciler {
    private static final Logger log = LoggerFactory.getLogger(DeployController.class);
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final StateReader state;
    private final SnapshotReader snapshots;
    private final GroupStatuses statuses;
    private final SystemMutations mutations;
    private final Clock clock;
    private final LongSupplier passedEventId;
    private volatile Duration untilNext = PERIOD;

    /** @param passedEventId the newest event that the scheduler has planned for */
    DeployController(
            StateReader state,
            SnapshotReader snapshots,
            GroupStatuses statuses,
            SystemMutations mutations,
            Clock clock,
            LongSupplier passedEventId) {
        this.state = state;
        this.snapshots = snapshots;
        this.statuses = statuses;
        this.mutations = mutations;
        this.clock = clock;
        this.passedEventId = passedEventId;
    }

    private record Open(
            String id,
            Owner owner,
            String envId,
            List<String> processTypes,
            DeployStatus status,
            Instant statusSince,
            long createdEventId,
            int version) {}

    @Override
    public String name() {
        return "deploy-controller";
    }

    @Override
    public Duration period() {
        return untilNext;
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.startsWith("deploy.")
                || eventType.startsWith("instance.")
                || eventType.equals("env.desired_release_set")
                || eventType.equals("env.scheduling_blocked")
                || eventType.equals("env.scale_set");
    }

    @Override
    public ReconcileReport reconcile() {
        List<Open> open = state.read(DeployController::open);
        Instant now = clock.instant();
        int changed = 0;
        List<String> problems = new ArrayList<>();
        Optional<Instant> wakeAt = Optional.empty();
        for (Open deploy : open) {
            DeployView view = state.read(handle -> view(handle, deploy));
            List<DeployProgress.Transition> due = DeployProgress.due(view, now);
            if (due.isEmpty()) {
                Optional<Instant> next = DeployProgress.wakeAt(view);
                if (next.isPresent() && (wakeAt.isEmpty() || next.get().isBefore(wakeAt.get()))) {
                    wakeAt = next;
                }
                continue;
            }
            switch (append(deploy, due)) {
                case SystemMutations.Outcome.Applied applied -> {
                    changed += due.size();
                    due.forEach(transition -> log.info(
                            "deploy changed deploy={} status={} message={}",
                            deploy.id(),
                            transition.status().word(),
                            transition.message()));
                }
                case SystemMutations.Outcome.Unchanged unchanged -> {}
                case SystemMutations.Outcome.Refused(Problem problem) ->
                    problems.add(deploy.id() + ": " + problem.code().code());
            }
        }
        untilNext = untilNext(open, wakeAt, now);
        return new ReconcileReport(open.size(), changed, problems);
    }

    /** A queued deploy waits for the scheduler's pass, which may append nothing that would wake this one. */
    private static Duration untilNext(List<Open> open, Optional<Instant> wakeAt, Instant now) {
        if (open.stream().anyMatch(deploy -> deploy.status() == DeployStatus.QUEUED)) {
            return Duration.ofMillis(200);
        }
        Duration wait =
                wakeAt.map(at -> Duration.between(now, at).plusMillis(1)).orElse(PERIOD);
        // min_ready_seconds makes an instance count without an event.
        Duration most = open.isEmpty() ? PERIOD : Duration.ofSeconds(2);
        return wait.isNegative() || wait.isZero() ? Duration.ofMillis(200) : wait.compareTo(most) < 0 ? wait : most;
    }

    private static List<Open> open(Handle handle) {
        return handle.createQuery(
                        "SELECT * FROM deploy_targets WHERE status IN ('queued', 'rolling') ORDER BY created_event_id")
                .map((row, context) -> openDeploy(row))
                .list();
    }

    private static Open openDeploy(ResultSet row) throws SQLException {
        String envId = row.getString("env_id");
        List<String> processTypes = new ArrayList<>();
        Json.parse(row.getString("process_types")).forEach(each -> processTypes.add(each.asText()));
        return new Open(
                row.getString("deploy_id"),
                new Owner(row.getString("org_id"), row.getString("project_id"), row.getString("app_id"), envId),
                envId,
                processTypes,
                DeployStatus.of(row.getString("status")),
                AggregateRow.instant(row, "status_since"),
                row.getLong("created_event_id"),
                row.getInt("resource_version"));
    }

    private DeployView view(Handle handle, Open deploy) {
        Reading reading = snapshots.env(handle, deploy.envId());
        TreeSet<String> processTypes = new TreeSet<>(deploy.processTypes());
        reading.groups().values().stream()
                .filter(facts -> deploy.id().equals(facts.deployId()))
                .forEach(facts -> processTypes.add(facts.key().processType()));
        List<GroupStatus> all = statuses.of(reading);
        List<DeployView.Target> targets = new ArrayList<>();
        for (String processType : processTypes) {
            GroupKey key = new GroupKey(deploy.envId(), processType);
            GroupFacts facts = reading.groups().get(key);
            Optional<GroupStatus> status =
                    all.stream().filter(each -> each.key().equals(key)).findFirst();
            targets.add(target(
                    handle, deploy, processType, facts, reading.snapshot().group(key), status));
        }
        return new DeployView(deploy.id(), deploy.status(), deploy.statusSince(), targets);
    }

    private DeployView.Target target(
            Handle handle,
            Open deploy,
            String processType,
            @Nullable GroupFacts facts,
            Optional<GroupView> group,
            Optional<GroupStatus> status) {
        boolean desiredSet = false;
        boolean superseded = false;
        if (facts != null) {
            boolean mine = deploy.id().equals(facts.deployId());
            superseded = !mine && facts.deployEventId() > deploy.createdEventId();
            desiredSet = mine && passedEventId.getAsLong() >= facts.deployEventId();
        }
        Optional<Gap> gap = status.flatMap(GroupStatus::gap);
        boolean stalled =
                gap.map(Gap::reason).filter(Reasons.ROLLOUT_STALLED::equals).isPresent();
        return new DeployView.Target(
                processType,
                superseded,
                desiredSet,
                status.map(GroupStatus::wanted).orElse(0),
                status.map(GroupStatus::ready).orElse(0),
                status.map(GroupStatus::old).orElse(0),
                group.flatMap(view -> lastProgress(handle, view)),
                stalled ? group.map(DeployController::newestFailure) : Optional.empty(),
                stalled ? Optional.empty() : gap.filter(Gap::blocked).map(Gap::reason),
                group.map(GroupView::spec)
                        .map(spec -> spec.rollout())
                        .orElse(RolloutRules.DEFAULT)
                        .progressTimeoutSeconds(),
                gap.map(Gap::reason).filter(Reasons.DRAIN_FIRST::equals).isPresent());
    }

    private static String newestFailure(GroupView group) {
        return group.failures().stream()
                .max(Comparator.comparing(FailureView::at).thenComparing(FailureView::instanceId))
                .map(FailureView::reason)
                .orElse(Reasons.STARTUP_TIMEOUT);
    }

    /** When a matching instance last became ready, or an old one stopped. */
    private static Optional<Instant> lastProgress(Handle handle, GroupView group) {
        String hash = group.spec() == null ? "" : group.spec().hash();
        return handle.createQuery("""
                        SELECT max(CASE WHEN d.group_spec_hash = :hash THEN s.first_ready_at ELSE s.stopped_at END) AS at
                        FROM instances_desired d JOIN instances_status s ON s.id = d.id
                        WHERE d.env_id = :env AND d.process_type = :process""")
                .bind("hash", hash)
                .bind("env", group.key().envId())
                .bind("process", group.key().processType())
                .map((row, context) -> Optional.ofNullable(AggregateRow.nullableInstant(row, "at")))
                .one();
    }

    private SystemMutations.Outcome append(Open deploy, List<DeployProgress.Transition> due) {
        return mutations.asSystem("deploy-controller", draft -> {
            AggregateKey key = new AggregateKey("deploy", deploy.id());
            draft.expect(key, deploy.version());
            for (DeployProgress.Transition transition : due) {
                ObjectNode payload =
                        Json.object().put("status", transition.status().word());
                if (!transition.message().isEmpty()) {
                    payload.put("message", transition.message());
                }
                draft.append(new NewEvent(key, "deploy.status_changed", deploy.owner(), payload)
                        .correlatedWith(deploy.id()));
            }
        });
    }
}
