package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.raft.Membership;
import dev.vt.eventlog.raft.MembershipException;
import dev.vt.eventlog.raft.RaftMembership;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Makes the Raft group what the servers' records say (V3–V5): who joined gets the log, who has caught up gets a vote until there
 * are enough, who left is no member. One change at a time, the least urgent last; then writes down what has become of it.
 */
final class MembershipController implements Reconciler {
    private static final long CAUGHT_UP = 1000;
    private static final Duration UNREACHABLE_AFTER = Duration.ofSeconds(15);
    private static final Duration CHANGE_WITHIN = Duration.ofSeconds(60);

    /** One change of the group. */
    sealed interface Step {
        record Add(String id, String address) implements Step {}

        record Promote(String id) implements Step {}

        record Remove(String id) implements Step {}

        /** Leadership goes first: the leader itself is to be removed. */
        record HandOver() implements Step {}
    }

    private final Supplier<RaftMembership> group;
    private final Servers servers;
    private final SystemMutations system;
    private final String self;
    private final IntSupplier desiredVoters;

    MembershipController(
            Supplier<RaftMembership> group,
            Servers servers,
            SystemMutations system,
            String self,
            IntSupplier desiredVoters) {
        this.desiredVoters = desiredVoters;
        this.group = group;
        this.servers = servers;
        this.system = system;
        this.self = self;
    }

    @Override
    public String name() {
        return "membership";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(5);
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.equals("server.joined") || eventType.equals("server.left");
    }

    @Override
    public ReconcileReport reconcile() {
        RaftMembership membership = group.get();
        Membership seen = membership.current();
        List<Server> known = servers.live();
        int changed = record(membership, seen, known);
        Optional<Step> step = next(seen, known, membership.lag(), membership.silence(), self, desiredVoters.getAsInt());
        if (step.isEmpty()) {
            return ReconcileReport.of(known.size(), changed);
        }
        try {
            switch (step.get()) {
                case Step.Add(String id, String address) -> membership.addObserver(seen, id, address, CHANGE_WITHIN);
                case Step.Promote(String id) -> membership.promote(seen, id, CHANGE_WITHIN);
                case Step.Remove(String id) -> membership.remove(seen, id, CHANGE_WITHIN);
                case Step.HandOver() -> membership.transferLeadership(another(seen), CHANGE_WITHIN);
            }
        } catch (MembershipException e) {
            return new ReconcileReport(known.size(), changed, List.of(step.get() + ": " + e.getMessage()));
        }
        return ReconcileReport.of(known.size(), changed + 1 + record(membership, membership.current(), servers.live()));
    }

    private String another(Membership seen) {
        return seen.voters().stream()
                .map(Membership.Member::id)
                .filter(id -> !id.equals(self))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody else could lead"));
    }

    /** What to do first; empty if all is as it should be, or if nothing can be done safely now. */
    static Optional<Step> next(
            Membership seen,
            List<Server> known,
            Map<String, Long> lag,
            Map<String, Duration> silence,
            String self,
            int desiredVoters) {
        Map<String, Server> byId = new TreeMap<>(known.stream().collect(Collectors.toMap(Server::id, s -> s)));
        long reachable = seen.voters().stream()
                .filter(voter -> voter.id().equals(self) || isReachable(voter.id(), silence))
                .count();
        for (Membership.Member member : seen.members()) {
            if (!byId.containsKey(member.id())) {
                Optional<Step> removal = removal(seen, member, reachable, isReachable(member.id(), silence), self);
                if (removal.isPresent()) {
                    return removal;
                }
            }
        }
        for (Server server : known) {
            if (seen.find(server.id()).isEmpty() && server.addresses().isPresent()) {
                return Optional.of(
                        new Step.Add(server.id(), server.addresses().get().raftAddress()));
            }
        }
        if (seen.voters().size() >= desiredVoters) {
            return Optional.empty();
        }
        return seen.members().stream()
                .filter(member -> !member.voter() && byId.containsKey(member.id()))
                .filter(member -> isReachable(member.id(), silence))
                .filter(member -> lag.getOrDefault(member.id(), Long.MAX_VALUE) <= CAUGHT_UP)
                .min(Comparator.comparing((Membership.Member member) -> lag.get(member.id()))
                        .thenComparing(Membership.Member::id))
                .map(best -> new Step.Promote(best.id()));
    }

    /** V5: never so that the voters that can be reached are no majority of those that are left. */
    private static Optional<Step> removal(
            Membership seen, Membership.Member member, long reachable, boolean memberReachable, String self) {
        if (!member.voter()) {
            return Optional.of(new Step.Remove(member.id()));
        }
        int left = seen.voters().size() - 1;
        boolean isSelf = member.id().equals(self);
        long reachableLeft = reachable - (isSelf || memberReachable ? 1 : 0);
        if (left == 0 || reachableLeft * 2 <= left) {
            return Optional.empty();
        }
        return Optional.of(isSelf ? new Step.HandOver() : new Step.Remove(member.id()));
    }

    private static boolean isReachable(String id, Map<String, Duration> silence) {
        Duration since = silence.get(id);
        return since != null && since.compareTo(UNREACHABLE_AFTER) < 0;
    }

    private int record(RaftMembership membership, Membership seen, List<Server> known) {
        Map<String, Duration> silence = new HashMap<>(membership.silence());
        silence.put(self, Duration.ZERO);
        int changed = 0;
        for (Server server : known) {
            Optional<Membership.Member> member = seen.find(server.id());
            boolean voter = member.map(Membership.Member::voter).orElse(false);
            if (voter != server.voter()) {
                changed += write(server, voter ? "server.promoted" : "server.demoted", Json.object());
            } else if (member.isPresent()) {
                String state = isReachable(server.id(), silence) ? "online" : "unreachable";
                if (!state.equals(server.state())) {
                    changed +=
                            write(server, "server.state_changed", Json.object().put("state", state));
                }
            }
        }
        return changed;
    }

    private int write(Server server, String type, ObjectNode payload) {
        SystemMutations.Outcome outcome =
                system.asSystem("membership", draft -> Servers.changed(draft, server, type, payload));
        return outcome instanceof SystemMutations.Outcome.Applied ? 1 : 0;
    }
}
