package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.cluster.ServerDecider.Command;
import dev.vt.control.cluster.ServerDecider.Facts;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.eventlog.NewEvent;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** V4, V5, V6, V13: what an operator may ask of the membership. */
class ServerDeciderTest {
    private final List<Server> live = new ArrayList<>();
    private final Set<String> voters = new HashSet<>();
    private final Set<String> reachable = new HashSet<>();
    private final Map<String, Long> lag = new HashMap<>();

    private Server voter(String id) {
        voters.add(id);
        return server(id, true);
    }

    private Server server(String id, boolean eligible) {
        Server server = new Server(id, 1, id, voters.contains(id), eligible, "online", "", Optional.empty());
        live.add(server);
        reachable.add(id);
        return server;
    }

    private Decision<NewEvent> decide(Server server, Command command) {
        return ServerDecider.decide(server, command, facts());
    }

    private Facts facts() {
        return new Facts(true, live, voters, reachable, "a", lag);
    }

    private static void accepted(Decision<NewEvent> decision, String type, String payload) {
        switch (decision) {
            case Decision.Refused<NewEvent>(Problem problem) -> throw new AssertionError(problem);
            case Decision.Accepted<NewEvent>(List<NewEvent> events) -> {
                assertThat(events).extracting(NewEvent::type).containsExactly(type);
                assertThat(events.getFirst().payload()).hasToString(payload);
            }
        }
    }

    private static <E> void refused(Decision<E> decision, ErrorCode code) {
        switch (decision) {
            case Decision.Refused<E>(Problem problem) ->
                assertThat(problem.code()).isEqualTo(code);
            case Decision.Accepted<E>(List<E> events) -> throw new AssertionError(events);
        }
    }

    @Test
    void aVoterOfThreeMayLoseItsVoteLeaveOrBeRemoved() {
        voter("a");
        voter("b");
        Server c = voter("c");
        accepted(decide(c, Command.DEMOTE), "server.eligibility_changed", "{\"voter_eligible\":false}");
        accepted(decide(c, Command.REMOVE), "server.left", "{\"reason\":\"removed\"}");
        accepted(decide(c, Command.LEAVE), "server.left", "{\"reason\":\"left\"}");
    }

    @Test
    void whatHoldsAlreadyIsUnchanged() {
        Server a = voter("a");
        Server b = server("b", false);
        assertThat(decide(a, Command.PROMOTE)).isEqualTo(Decision.unchanged());
        assertThat(decide(b, Command.DEMOTE)).isEqualTo(Decision.unchanged());
        accepted(decide(b, Command.PROMOTE), "server.eligibility_changed", "{\"voter_eligible\":true}");
    }

    @Test
    void theLastVoterStays_V5() {
        Server a = voter("a");
        server("b", true);
        for (Command command : List.of(Command.DEMOTE, Command.REMOVE, Command.LEAVE)) {
            refused(decide(a, command), ErrorCode.QUORUM_UNSAFE);
        }
    }

    @Test
    void theReachableStayAMajority_V5() {
        Server a = voter("a");
        voter("b");
        Server c = voter("c");
        reachable.remove("c");
        refused(decide(a, Command.REMOVE), ErrorCode.QUORUM_UNSAFE);
        accepted(decide(c, Command.REMOVE), "server.left", "{\"reason\":\"removed\"}");
    }

    @Test
    void aVoteThatIsWantedAwayCountsAsGone_V5() {
        voters.addAll(Set.of("a", "b", "c"));
        Server a = server("a", true);
        server("b", false);
        refused(decide(a, Command.LEAVE), ErrorCode.QUORUM_UNSAFE);
    }

    @Test
    void anObserverGoesAtAnyTime() {
        voter("a");
        accepted(decide(server("b", true), Command.LEAVE), "server.left", "{\"reason\":\"left\"}");
    }

    @Test
    void inDirectModeNobodyVotes_V13() {
        Server a = server("a", true);
        Facts direct = new Facts(false, live, Set.of("a"), Set.of("a"), "a", Map.of());
        refused(ServerDecider.decide(a, Command.PROMOTE, direct), ErrorCode.NOT_SUPPORTED);
        refused(ServerDecider.decide(a, Command.DEMOTE, direct), ErrorCode.NOT_SUPPORTED);
        refused(ServerDecider.decide(a, Command.REMOVE, direct), ErrorCode.QUORUM_UNSAFE);
    }

    @Test
    void aVoterThatHasCaughtUpMayLead() {
        Server a = voter("a");
        Server b = voter("b");
        lag.put("b", 1000L);
        assertThat(ServerDecider.transfer(b, facts())).isEqualTo(Decision.accept("b"));
        assertThat(ServerDecider.transfer(a, facts())).as("it leads already").isEqualTo(Decision.unchanged());
    }

    @Test
    void leadershipGoesToNobodyWithoutAVoteOrBehind() {
        voter("a");
        Server b = voter("b");
        refused(ServerDecider.transfer(server("c", true), facts()), ErrorCode.SERVER_NOT_VOTER);
        refused(ServerDecider.transfer(b, facts()), ErrorCode.SERVER_LAGGING);
        lag.put("b", 1001L);
        refused(ServerDecider.transfer(b, facts()), ErrorCode.SERVER_LAGGING);
        lag.put("b", 0L);
        reachable.remove("b");
        refused(ServerDecider.transfer(b, facts()), ErrorCode.SERVER_LAGGING);
        voters.add("d");
        refused(ServerDecider.transfer(server("d", false), facts()), ErrorCode.SERVER_NOT_VOTER);
        refused(
                ServerDecider.transfer(b, new Facts(false, live, Set.of("a"), Set.of("a"), "a", Map.of())),
                ErrorCode.NOT_SUPPORTED);
    }
}
