package dev.vt.eventlog.apply;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult.Rejected;
import dev.vt.eventlog.Precondition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides the preconditions of one batch, in their order, against the working set. Claims take effect for the ones after them;
 * sums per org and node run over the batch, so that two halves of one batch cannot pass a limit that the whole would not.
 */
final class Preconditions {
    private final WorkingSet state;
    private final LogHead head;
    private final CoreFacts facts;
    private final Map<String, Long> requested = new HashMap<>();

    Preconditions(WorkingSet state, LogHead head, CoreFacts facts) {
        this.state = state;
        this.head = head;
        this.facts = facts;
    }

    /** The first failure, a fence before all others (S6); null if all hold, with their claims noted in the working set. */
    @Nullable
    Rejected check(List<Precondition> preconditions) {
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < preconditions.size(); i++) {
                Precondition precondition = preconditions.get(i);
                if ((precondition instanceof Precondition.Fence) == (pass == 0)) {
                    Map<String, Object> failure = failure(precondition);
                    if (failure != null) {
                        return new Rejected(i, kind(precondition), failure);
                    }
                }
            }
        }
        return null;
    }

    private @Nullable Map<String, Object> failure(Precondition precondition) {
        return switch (precondition) {
            case Precondition.Fence(long epoch) ->
                epoch == head.epoch() ? null : Map.of("epoch", epoch, "current", head.epoch());
            case Precondition.Seq(AggregateKey aggregate, int seq) -> {
                int current = state.head(aggregate).seq();
                yield current == seq
                        ? null
                        : aggregate(aggregate, Map.of("expected", (long) seq, "head", (long) current));
            }
            case Precondition.Alive(AggregateKey aggregate) -> {
                AggregateHead current = state.head(aggregate);
                yield current.alive() ? null : aggregate(aggregate, Map.of("head", (long) current.seq()));
            }
            case Precondition.NoChildren(AggregateKey parent, String childType) -> {
                String child = state.anyLiveChild(parent, childType);
                yield child == null ? null : aggregate(parent, Map.of("child_type", childType, "child", child));
            }
            case Precondition.Claim(String scope, String key, AggregateKey owner) -> claim(scope, key, owner);
            case Precondition.Release(String scope, String key, AggregateKey owner) -> {
                state.release(scope, key, owner);
                yield null;
            }
            case Precondition.ReleaseAll(AggregateKey owner) -> {
                state.releaseAll(owner);
                yield null;
            }
            case Precondition.Row(String view, String key, long lastEventId) -> {
                long current = facts.lastEventId(view, key);
                yield current == lastEventId
                        ? null
                        : Map.of("view", view, "key", key, "expected", lastEventId, "current", current);
            }
            case Precondition.Quota(String orgId, Map<String, Long> deltas) -> quota(orgId, deltas);
            case Precondition.Capacity(String nodeId, long memoryBytes) -> capacity(nodeId, memoryBytes);
            case Precondition.Side(String kind, String key, int version) -> {
                int current = state.sideVersion(kind, key, head.logTime());
                yield current == version
                        ? null
                        : Map.of("kind", kind, "key", key, "expected", (long) version, "current", (long) current);
            }
        };
    }

    private @Nullable Map<String, Object> claim(String scope, String key, AggregateKey owner) {
        AggregateKey holder = state.claimHolder(scope, key);
        if (holder == null) {
            state.claim(scope, key, owner);
            return null;
        }
        if (holder.equals(owner)) {
            return null;
        }
        return Map.of("scope", scope, "key", key, "owner_type", holder.type(), "owner_id", holder.id());
    }

    private @Nullable Map<String, Object> quota(String orgId, Map<String, Long> deltas) {
        for (Map.Entry<String, Long> delta : new TreeMap<>(deltas).entrySet()) {
            String dimension = delta.getKey();
            long sum = requested.merge("quota " + orgId + " " + dimension, delta.getValue(), Math::addExact);
            if (delta.getValue() <= 0) {
                continue;
            }
            CoreFacts.Quota quota = facts.quota(orgId, dimension);
            if (quota.limit() != null && Math.addExact(quota.used(), sum) > quota.limit()) {
                return Map.of(
                        "org_id", orgId,
                        "dimension", dimension,
                        "limit", quota.limit(),
                        "current_usage", quota.used(),
                        "requested_delta", delta.getValue());
            }
        }
        return null;
    }

    private @Nullable Map<String, Object> capacity(String nodeId, long memoryBytes) {
        long sum = requested.merge("capacity " + nodeId, memoryBytes, Math::addExact);
        CoreFacts.Capacity capacity = facts.capacity(nodeId);
        if (Math.addExact(capacity.reservedBytes(), sum) <= capacity.allocatableBytes()) {
            return null;
        }
        return Map.of(
                "node_id",
                nodeId,
                "allocatable_bytes",
                capacity.allocatableBytes(),
                "reserved_bytes",
                capacity.reservedBytes(),
                "requested_bytes",
                memoryBytes);
    }

    private static Map<String, Object> aggregate(AggregateKey key, Map<String, Object> more) {
        Map<String, Object> facts = new HashMap<>(more);
        facts.put("aggregate_type", key.type());
        facts.put("aggregate_id", key.id());
        return facts;
    }

    /** As in answers and metrics. */
    static String kind(Precondition precondition) {
        return switch (precondition) {
            case Precondition.Seq seq -> "seq";
            case Precondition.Alive alive -> "alive";
            case Precondition.NoChildren noChildren -> "no_children";
            case Precondition.Claim claim -> "claim";
            case Precondition.Release release -> "release";
            case Precondition.ReleaseAll releaseAll -> "release_all";
            case Precondition.Row row -> "row";
            case Precondition.Quota quota -> "quota";
            case Precondition.Capacity capacity -> "capacity";
            case Precondition.Side side -> "side";
            case Precondition.Fence fence -> "fence";
        };
    }

    /** Everything in it that becomes a key of the database. */
    static List<String> texts(Precondition precondition) {
        return switch (precondition) {
            case Precondition.Seq seq ->
                List.of(seq.aggregate().type(), seq.aggregate().id());
            case Precondition.Alive alive ->
                List.of(alive.aggregate().type(), alive.aggregate().id());
            case Precondition.NoChildren children ->
                List.of(children.parent().type(), children.parent().id(), children.childType());
            case Precondition.Claim claim ->
                List.of(
                        claim.scope(),
                        claim.key(),
                        claim.owner().type(),
                        claim.owner().id());
            case Precondition.Release release ->
                List.of(
                        release.scope(),
                        release.key(),
                        release.owner().type(),
                        release.owner().id());
            case Precondition.ReleaseAll all ->
                List.of(all.owner().type(), all.owner().id());
            case Precondition.Row row -> List.of(row.view(), row.key());
            case Precondition.Quota quota -> List.of(quota.orgId());
            case Precondition.Capacity capacity -> List.of(capacity.nodeId());
            case Precondition.Side side -> List.of(side.kind(), side.key());
            case Precondition.Fence fence -> List.of();
        };
    }
}
