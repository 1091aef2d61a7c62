package dev.vt.control.placement;

import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.scheduler.view.InstanceStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What other nouns may know of instances, and how nodes report. Thread-safe. */
public final class Instances implements InstanceDirectory {
    static final String ADDRESS_SCOPE = "overlay_address";

    private static final Logger log = LoggerFactory.getLogger(Instances.class);
    private static final int MAX_DETAIL = 512;
    private static final int MAX_LISTED = 1000;

    private final StateReader state;
    private final SystemMutations mutations;

    public Instances(StateReader state, SystemMutations mutations) {
        this.state = state;
        this.mutations = mutations;
    }

    static AggregateKey key(String id) {
        return new AggregateKey("instance", id);
    }

    /** What became of a report; only {@code REFUSED} is to be sent again. */
    public enum Reported {
        APPENDED,
        /** It says what is known. */
        KNOWN,
        /** Not an instance of this node, or one that is stopped for good. */
        IGNORED,
        /** Nothing could be appended now. */
        REFUSED
    }

    public Optional<Instance> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM " + Instance.FROM + " WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> Instance.of(row))
                .findOne());
    }

    /** @throws ProblemException {@code not_found} if the org has none with this id */
    public Instance require(OrgScope org, String id) {
        return find(id).filter(instance -> org.orgId().equals(instance.row().orgId()))
                .orElseThrow(Refusals::notFound);
    }

    @Override
    public Optional<Entry> find(String orgId, String instanceId) {
        return find(instanceId)
                .filter(instance -> orgId.equals(instance.row().orgId()))
                .map(Instances::entry);
    }

    @Override
    public List<Entry> inEnv(String orgId, String envId) {
        return state.read(handle -> handle.createQuery("SELECT * FROM (SELECT * FROM " + Instance.FROM
                        + " WHERE org_id = :org AND env_id = :env ORDER BY id DESC LIMIT :limit) AS newest ORDER BY id")
                .bind("org", orgId)
                .bind("env", envId)
                .bind("limit", MAX_LISTED)
                .map((row, context) -> entry(Instance.of(row)))
                .list());
    }

    private static Entry entry(Instance instance) {
        return new Entry(
                instance.id(),
                String.valueOf(instance.row().orgId()),
                String.valueOf(instance.row().projectId()),
                String.valueOf(instance.row().appId()),
                String.valueOf(instance.row().envId()),
                instance.processType(),
                instance.releaseId(),
                instance.nodeId(),
                instance.status().word());
    }

    /** Those of an environment that are not finished, by process type and id. */
    public List<Instance> live(String envId) {
        return state.read(handle -> handle.createQuery("SELECT * FROM " + Instance.FROM
                        + " WHERE env_id = :env AND status <> 'stopped' ORDER BY process_type, id")
                .bind("env", envId)
                .map((row, context) -> Instance.of(row))
                .list());
    }

    /** The newest of an environment, finished ones too, by id. */
    public List<Instance> recent(String envId, int limit) {
        return state.read(handle -> handle.createQuery(
                                "SELECT * FROM " + Instance.FROM + " WHERE env_id = :env ORDER BY id DESC LIMIT :limit")
                        .bind("env", envId)
                        .bind("limit", limit)
                        .map((row, context) -> Instance.of(row))
                        .list())
                .reversed();
    }

    /** Whether the node holds an instance that uses the secrets version now (secrets.md §5). */
    public boolean holdsSecrets(String nodeId, String instanceId, String versionId) {
        return find(instanceId)
                .filter(instance -> instance.nodeId().equals(nodeId)
                        && instance.status() != InstanceStatus.STOPPED
                        && versionId.equals(instance.secretsVersionId()))
                .isPresent();
    }

    /** Whether the views say already what a node reports. */
    boolean isKnown(String nodeId, InstanceReport report) {
        return find(report.instanceId())
                .filter(instance -> instance.nodeId().equals(nodeId) && says(instance, report))
                .isPresent();
    }

    /** Takes a report of a node: appends {@code instance.status_changed} once per change (S21). */
    public Reported report(String nodeId, InstanceReport report) {
        Reported[] outcome = {Reported.KNOWN};
        SystemMutations.Outcome appended = mutations.run(new Actor("node", nodeId), draft -> {
            Optional<Instance> known = find(report.instanceId());
            if (known.isEmpty()
                    || !known.get().nodeId().equals(nodeId)
                    || known.get().status() == InstanceStatus.STOPPED) {
                outcome[0] = Reported.IGNORED;
                return;
            }
            Instance instance = known.get();
            if (says(instance, report)) {
                outcome[0] = Reported.KNOWN;
                return;
            }
            outcome[0] = Reported.APPENDED;
            draft.expect(key(instance.id()), instance.row().resourceVersion());
            if (report.status() == InstanceStatus.STOPPED) {
                draft.require(new Precondition.Release(ADDRESS_SCOPE, instance.overlayIpv6(), key(instance.id())));
            }
            InstanceEvent event = new InstanceEvent.StatusChanged(
                    report.status(),
                    report.reasonCode(),
                    shortened(report.detail()),
                    report.bootId(),
                    report.restartCount(),
                    report.exitCode(),
                    report.reportedAt());
            draft.append(new NewEvent(
                    key(instance.id()),
                    InstanceEventCodec.type(event),
                    1,
                    instance.owner(),
                    InstanceEventCodec.payload(event),
                    instance.deployId(),
                    null));
        });
        return switch (appended) {
            case SystemMutations.Outcome.Applied applied -> {
                log.info(
                        "instance reported instance={} node={} status={} reason={}",
                        report.instanceId(),
                        nodeId,
                        report.status().word(),
                        report.reasonCode());
                yield Reported.APPENDED;
            }
            case SystemMutations.Outcome.Unchanged unchanged -> outcome[0];
            case SystemMutations.Outcome.Refused(Problem problem) -> {
                log.warn(
                        "report not appended, the node sends it again instance={} node={} code={}",
                        report.instanceId(),
                        nodeId,
                        problem.code().code());
                yield Reported.REFUSED;
            }
        };
    }

    private static boolean says(Instance instance, InstanceReport report) {
        return instance.status() == report.status()
                && Objects.equals(instance.statusReason(), report.reasonCode())
                && instance.bootId().equals(report.bootId())
                && instance.restartCount() == report.restartCount();
    }

    private static @Nullable String shortened(@Nullable String detail) {
        return detail == null || detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
    }
}
