package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.raft.Membership;
import dev.vt.eventlog.raft.MembershipException;
import dev.vt.eventlog.raft.RaftMembership;
import dev.vt.kernel.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the Raft group what the servers' records say (V3–V5): who joined gets the log, who has caught up gets a vote until there
 * are enough, who shall have none loses it, who left or failed is no member. One change at a time, the least urgent last; then
 * writes down what has become of it. A change that fails is tried again later and later ({@link Retry}).
 */
final class MembershipController implements Reconciler {
    private static final Logger log = LoggerFactory.getLogger(MembershipController.class);
    private static final Duration UNREACHABLE_AFTER = Duration.ofSeconds(15);
    private static final int DETAIL = 500;
    private static final Duration CHANGE_WITHIN = Duration.ofSeconds(60);

    /** One change of the group. */
    sealed interface Step {
        record Add(String id, String address) implements Step {}

        record Promote(String id) implements Step {}

        record Demote(String id) implements Step {}

        record Remove(String id) implements Step {}

        /** Leadership goes first: the leader itself is to lose its vote or to be removed. */
        record HandOver(String to) implements Step {}
    }

    private final Supplier<RaftMembership> group;
    private final Servers servers;
    private final SystemMutations system;
    private final String self;
    private final Supplier<ClusterConfig.Raft> config;
    private final Clock clock;
    private final DoubleSupplier random;
    private final Predicate<String> diverged;
    /** Of {@link #tried}; like it, used by the reconciler's thread only. */
    private Retry retry = Retry.NONE;

    private String problem = "";
    private Optional<Step> tried = Optional.empty();

    MembershipController(
            Supplier<RaftMembership> group,
            Servers servers,
            SystemMutations system,
            String self,
            Supplier<ClusterConfig.Raft> config,
            Clock clock,
            DoubleSupplier random,
            Predicate<String> diverged) {
        this.diverged = diverged;
        this.config = config;
        this.clock = clock;
        this.random = random;
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
        return retry.until(clock.instant(), config.get().compareEvery());
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.equals("server.joined")
                || eventType.equals("server.eligibility_changed")
                || eventType.equals("server.left");
    }

    @Override
    public ReconcileReport reconcile() {
        RaftMembership membership = group.get();
        Membership seen = membership.current();
        List<Server> known = servers.live();
        int changed = record(membership, seen, known);
        Optional<Server> failed = FailedServers.next(
                facts(membership, known, self),
                membership.silence(),
                config.get().removeFailedAfter());
        if (failed.isPresent()) {
            // The event wakes us, and then it is no member.
            return ReconcileReport.of(known.size(), changed + giveUp(failed.get()));
        }
        Optional<Step> step = next(
                seen,
                known,
                membership.lag(),
                membership.silence(),
                self,
                config.get().desiredVoters());
        if (!step.equals(tried)) {
            retry = Retry.NONE;
            tried = step;
        }
        if (step.isEmpty() || !retry.isDue(clock.instant())) {
            return ReconcileReport.of(known.size(), changed);
        }
        try {
            change(membership, seen, step.get());
        } catch (MembershipException e) {
            retry = retry.failed(clock.instant(), random.getAsDouble());
            problem = step.get() + ": " + e.getMessage();
            return new ReconcileReport(known.size(), changed, List.of(problem));
        }
        retry = Retry.NONE;
        return ReconcileReport.of(known.size(), changed + 1 + record(membership, membership.current(), servers.live()));
    }

    private void change(RaftMembership membership, Membership seen, Step step) {
        switch (step) {
            case Step.Add(String id, String address) -> membership.addObserver(seen, id, address, CHANGE_WITHIN);
            case Step.Promote(String id) -> membership.promote(seen, id, CHANGE_WITHIN);
            case Step.Demote(String id) -> membership.demote(seen, id, CHANGE_WITHIN);
            case Step.Remove(String id) -> membership.remove(seen, id, CHANGE_WITHIN);
            case Step.HandOver(String to) ->
                membership.transferLeadership(to, config.get().transferWithin());
        }
    }

    /** What to do first; empty if all is as it should be, or if nothing can be done safely now. */
    static Optional<Step> next(
            Membership seen,
            List<Server> known,
            Map<String, Long> lag,
            Map<String, Duration> silence,
            String self,
            int desiredVoters) {
        return new Look(
                        seen,
                        known.stream().collect(Collectors.toMap(Server::id, s -> s, (a, b) -> a, TreeMap::new)),
                        lag,
                        silence,
                        self,
                        desiredVoters)
                .next();
    }

    /** The group and the records at one moment. */
    private record Look(
            Membership seen,
            Map<String, Server> known,
            Map<String, Long> lag,
            Map<String, Duration> silence,
            String self,
            int desiredVoters) {
        Optional<Step> next() {
            return removal().or(this::addition).or(this::demotion).or(this::promotion);
        }

        private Optional<Step> removal() {
            return seen.members().stream()
                    .filter(member -> !known.containsKey(member.id()))
                    .flatMap(member -> (member.voter()
                                    ? withoutVote(member.id(), new Step.Remove(member.id()))
                                    : Optional.<Step>of(new Step.Remove(member.id())))
                            .stream())
                    .findFirst();
        }

        private Optional<Step> addition() {
            return known.values().stream()
                    .filter(server -> seen.find(server.id()).isEmpty())
                    .flatMap(server -> server.addresses().stream()
                            .<Step>map(addresses -> new Step.Add(server.id(), addresses.raftAddress())))
                    .findFirst();
        }

        /** V4: who shall have no vote; of too many the dead first, then the highest id, the leader last. */
        private Optional<Step> demotion() {
            List<String> voters = seen.voters().stream()
                    .map(Membership.Member::id)
                    .filter(known::containsKey)
                    .toList();
            Optional<Step> unwanted = voters.stream()
                    .filter(id -> !isEligible(id))
                    .flatMap(id -> withoutVote(id, new Step.Demote(id)).stream())
                    .findFirst();
            if (unwanted.isPresent() || seen.voters().size() <= desiredVoters) {
                return unwanted;
            }
            return voters.stream()
                    .sorted(Comparator.comparing((String id) -> id.equals(self))
                            .thenComparing(this::reaches)
                            .thenComparing(Comparator.reverseOrder()))
                    .flatMap(id -> withoutVote(id, new Step.Demote(id)).stream())
                    .findFirst();
        }

        private Optional<Step> promotion() {
            if (seen.voters().size() >= desiredVoters) {
                return Optional.empty();
            }
            return seen.members().stream()
                    .filter(member -> !member.voter() && isEligible(member.id()) && reaches(member.id()))
                    .map(Membership.Member::id)
                    .filter(id -> lag.getOrDefault(id, Long.MAX_VALUE) <= ServerDecider.CAUGHT_UP)
                    .min(Comparator.<String, Long>comparing(lag::get).thenComparing(Comparator.naturalOrder()))
                    .map(Step.Promote::new);
        }

        /** V5: never so that the voters that can be reached are no majority of those that are left. */
        private Optional<Step> withoutVote(String id, Step step) {
            List<String> left = seen.voters().stream()
                    .map(Membership.Member::id)
                    .filter(voter -> !voter.equals(id))
                    .toList();
            if (left.stream().filter(this::reaches).count() * 2 <= left.size()) {
                return Optional.empty();
            }
            return id.equals(self) ? successor(left).map(Step.HandOver::new) : Optional.of(step);
        }

        /** Who keeps its vote, with the least lag. */
        private Optional<String> successor(List<String> voters) {
            return voters.stream()
                    .filter(voter -> reaches(voter) && isEligible(voter))
                    .min(Comparator.<String, Long>comparing(voter -> lag.getOrDefault(voter, Long.MAX_VALUE))
                            .thenComparing(Comparator.naturalOrder()));
        }

        private boolean isEligible(String id) {
            Server server = known.get(id);
            return server != null && server.eligible();
        }

        private boolean reaches(String id) {
            return id.equals(self) || isReachable(id, silence);
        }
    }

    /** What the decider must know of the group; on the leader. */
    static ServerDecider.Facts facts(RaftMembership membership, List<Server> live, String self) {
        Map<String, Duration> silence = membership.silence();
        return new ServerDecider.Facts(
                true,
                live,
                membership.current().voters().stream()
                        .map(Membership.Member::id)
                        .collect(Collectors.toSet()),
                Stream.concat(Stream.of(self), silence.keySet().stream().filter(id -> isReachable(id, silence)))
                        .collect(Collectors.toSet()),
                self,
                membership.lag());
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
                String condition = condition(server.id());
                if (!state.equals(server.state()) || !condition.equals(server.condition())) {
                    changed += write(server, "server.state_changed", state(state, condition));
                }
            }
        }
        return changed;
    }

    /** A group that does not change is the matter of who leads it. */
    private String condition(String id) {
        if (diverged.test(id)) {
            return "state_diverged";
        }
        return id.equals(self) && retry.isStuck() ? "membership_stuck" : "";
    }

    private ObjectNode state(String state, String condition) {
        ObjectNode payload = Json.object().put("state", state);
        return switch (condition) {
            case "" -> payload;
            case "membership_stuck" ->
                payload.put("reason_code", condition)
                        .put("detail", problem.substring(0, Math.min(DETAIL, problem.length())));
            default ->
                payload.put("reason_code", condition)
                        .put("detail", "its log differs from the others'; it must join again with empty data");
        };
    }

    private int giveUp(Server server) {
        log.warn("server has failed, it is removed server={}", server.id());
        SystemMutations.Outcome outcome = system.asSystem(
                "membership",
                draft -> draft.expect(Servers.key(server.id()), server.version())
                        .append(Servers.left(server.id(), "failed")));
        return outcome instanceof SystemMutations.Outcome.Applied ? 1 : 0;
    }

    private int write(Server server, String type, ObjectNode payload) {
        SystemMutations.Outcome outcome =
                system.asSystem("membership", draft -> Servers.changed(draft, server, type, payload));
        return outcome instanceof SystemMutations.Outcome.Applied ? 1 : 0;
    }
}
