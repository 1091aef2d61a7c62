package dev.vt.control.cluster;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/**
 * Raises the cluster's feature level to what every member understands, one level at a time, never back (S25). A member other
 * than this server understands the level that the cluster has, as long as it says nothing else: so with several servers the
 * level rises once they all run the new program and have said so.
 */
final class FeatureLevelReconciler implements Reconciler {
    /** Of this program. Raised with the first event that an older program cannot read. */
    static final int SUPPORTED = 1;

    private final StateReader state;
    private final Clusters clusters;
    private final SystemMutations system;
    private final int supported;

    /** @param supported by this server */
    FeatureLevelReconciler(StateReader state, Clusters clusters, SystemMutations system, int supported) {
        this.state = state;
        this.clusters = clusters;
        this.system = system;
        this.supported = supported;
    }

    @Override
    public String name() {
        return "feature-level";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(10);
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.startsWith("server.");
    }

    /** The next level, if everybody understands it. Pure. */
    static OptionalInt next(int current, Collection<Integer> understood) {
        boolean all = !understood.isEmpty() && understood.stream().allMatch(level -> level > current);
        return all ? OptionalInt.of(current + 1) : OptionalInt.empty();
    }

    @Override
    public ReconcileReport reconcile() {
        Cluster cluster = clusters.require();
        int current = cluster.featureLevel();
        List<Integer> understood = state
                .read(handle -> handle.createQuery("SELECT id FROM servers WHERE deleted_at IS NULL ORDER BY id")
                        .mapTo(String.class)
                        .list())
                .stream()
                .map(id -> id.equals(cluster.leaderId()) ? supported : current)
                .toList();
        OptionalInt next = next(current, understood);
        if (next.isEmpty()) {
            return ReconcileReport.of(understood.size(), 0);
        }
        SystemMutations.Outcome outcome = system.asSystem("membership", draft -> {
            Cluster fresh = clusters.require();
            draft.expect(Cluster.key(fresh.id()), fresh.row().resourceVersion());
            if (fresh.featureLevel() == current) {
                draft.append(new NewEvent(
                        Cluster.key(fresh.id()),
                        "cluster.feature_level_raised",
                        Owner.NONE,
                        Json.object().put("level", next.getAsInt())));
            }
        });
        return switch (outcome) {
            case SystemMutations.Outcome.Applied applied -> ReconcileReport.of(understood.size(), 1);
            case SystemMutations.Outcome.Unchanged unchanged -> ReconcileReport.of(understood.size(), 0);
            case SystemMutations.Outcome.Refused(var problem) ->
                new ReconcileReport(understood.size(), 0, List.of(problem.code().code()));
        };
    }
}
