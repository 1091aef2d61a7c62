package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.cluster.MembershipPlan.Step;
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
import java.time.Instant;
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
    private boolean tooFew;
    private final Map<String, Instant> upSince = new HashMap<>();

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
        MembershipPlan plan = plan(membership, seen, known);
        tooFew = plan.hasTooFew();
        int changed = record(membership, seen, known);
        Optional<Server> failed = FailedServers.next(
                facts(membership, known, self),
                membership.silence(),
                config.get().removeFailedAfter());
        if (failed.isPresent()) {
            // The event wakes us, and then it is no member.
            return ReconcileReport.of(known.size(), changed + giveUp(failed.get()));
        }
        Optional<Step> step = plan.next();
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

    private MembershipPlan plan(RaftMembership membership, Membership seen, List<Server> known) {
        Instant now = clock.instant();
        Map<String, Duration> silence = membership.silence();
        upSince.keySet().removeIf(id -> !isReachable(id, silence));
        silence.keySet().stream().filter(id -> isReachable(id, silence)).forEach(id -> upSince.putIfAbsent(id, now));
        Map<String, Duration> up = new HashMap<>();
        upSince.forEach((id, since) -> up.put(id, Duration.between(since, now)));
        return new MembershipPlan(
                seen,
                known.stream().collect(Collectors.toMap(Server::id, server -> server, (a, b) -> a, TreeMap::new)),
                membership.lag(),
                silence,
                up,
                self,
                config.get());
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

    static boolean isReachable(String id, Map<String, Duration> silence) {
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
        if (!id.equals(self)) {
            return "";
        }
        return retry.isStuck() ? "membership_stuck" : tooFew ? "voters_below_desired" : "";
    }

    private ObjectNode state(String state, String condition) {
        ObjectNode payload = Json.object().put("state", state);
        return switch (condition) {
            case "" -> payload;
            case "membership_stuck" ->
                payload.put("reason_code", condition)
                        .put("detail", problem.substring(0, Math.min(DETAIL, problem.length())));
            case "voters_below_desired" ->
                payload.put("reason_code", condition)
                        .put("detail", "fewer servers may have a vote than raft.desired_voters: join one, or lower it");
            default ->
                payload.put("reason_code", condition)
                        .put(
                                "detail",
                                "its log or its views differ from the others'; it must join again with empty data");
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
