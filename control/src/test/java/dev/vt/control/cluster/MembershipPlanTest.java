package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.cluster.MembershipPlan.Step;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.config.ClusterConfig;
import dev.vt.eventlog.raft.Membership;
import dev.vt.eventlog.raft.Membership.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** V3, V4, V5: which one change of the group comes next. The leader is a. */
class MembershipPlanTest {
    private final List<Member> members = new ArrayList<>();
    private final List<Server> known = new ArrayList<>();
    private final Map<String, Long> lag = new HashMap<>();
    private final Map<String, Duration> silence = new HashMap<>();
    private final Map<String, Duration> up = new HashMap<>();

    private void member(String id, boolean voter) {
        members.add(new Member(id, address(id), voter));
        if (!id.equals("a")) {
            lag.put(id, 0L);
            silence.put(id, Duration.ZERO);
            up.put(id, Duration.ofSeconds(30));
        }
    }

    private final Set<String> without = new HashSet<>();

    private void known(String... ids) {
        for (String id : ids) {
            known.add(new Server(
                    id,
                    1,
                    id,
                    false,
                    !without.contains(id),
                    "online",
                    "",
                    ServerAddresses.parse(
                            List.of("https://h-" + id + ":1", "grpc://h-" + id + ":2", "raft://" + address(id)))));
        }
    }

    private static String address(String id) {
        return "h-" + id + ":3";
    }

    private MembershipPlan plan(int desiredVoters) {
        Map<String, Server> byId = new TreeMap<>();
        known.forEach(server -> byId.put(server.id(), server));
        return new MembershipPlan(new Membership(members), byId, lag, silence, up, "a", config(desiredVoters));
    }

    private static ClusterConfig.Raft config(int desiredVoters) {
        ClusterConfig.Raft all = ClusterConfig.DEFAULT.raft();
        return new ClusterConfig.Raft(
                desiredVoters,
                all.compareEvery(),
                all.promoteAfterUp(),
                all.promoteMaxLag(),
                all.removeFailedAfter(),
                all.transferWithin(),
                all.noLeaderWait(),
                all.electionTimeoutMin(),
                all.electionTimeoutMax(),
                all.heartbeat(),
                all.snapshotEntries(),
                all.snapshotLog(),
                all.keptEntries());
    }

    private Optional<Step> next(int desiredVoters) {
        return plan(desiredVoters).next();
    }

    @Test
    void whoJoinedIsAddedOneAtATime_V3() {
        member("a", true);
        known("a", "b", "c");
        assertThat(next(3)).contains(new Step.Add("b", "h-b:3"));
    }

    @Test
    void theObserverWithTheLeastLagGetsAVote_V4() {
        member("a", true);
        member("b", false);
        member("c", false);
        known("a", "b", "c");
        lag.put("b", 500L);
        lag.put("c", 3L);
        assertThat(next(3)).contains(new Step.Promote("c"));
        assertThat(next(1)).as("there are enough").isEmpty();
    }

    @Test
    void whoIsBehindOrSilentGetsNone_V4() {
        member("a", true);
        member("b", false);
        member("c", false);
        known("a", "b", "c");
        lag.put("b", 1001L);
        silence.put("c", Duration.ofMinutes(1));
        assertThat(next(3)).isEmpty();
    }

    @Test
    void whoCameUpJustNowWaitsForItsVote_V4() {
        member("a", true);
        member("b", false);
        known("a", "b");
        up.put("b", Duration.ofSeconds(29));
        assertThat(next(3)).isEmpty();
        up.remove("b");
        assertThat(next(3)).as("never seen by this leader").isEmpty();
    }

    @Test
    void tooFewThatMayHaveAVoteIsSaid_V5() {
        member("a", true);
        member("b", true);
        known("a", "b");
        assertThat(plan(3).hasTooFew()).isTrue();
        assertThat(plan(2).hasTooFew()).isFalse();
        member("c", false);
        known("c");
        assertThat(plan(3).hasTooFew()).as("one waits for its vote").isFalse();
    }

    @Test
    void whoLeftIsRemovedFirst_V6() {
        member("a", true);
        member("b", true);
        member("c", true);
        known("a", "b", "d");
        assertThat(next(3)).contains(new Step.Remove("c"));
    }

    @Test
    void aLeaderThatLeftHandsOver() {
        member("a", true);
        member("b", true);
        member("c", true);
        known("b", "c");
        assertThat(next(3)).contains(new Step.HandOver("b"));
    }

    @Test
    void noRemovalLeavesTheReachableWithoutMajority_V5() {
        member("a", true);
        member("b", true);
        member("c", true);
        known("a", "b");
        silence.put("b", Duration.ofMinutes(1));
        assertThat(next(3)).as("a alone would be left of a and b").isEmpty();
        silence.put("b", Duration.ZERO);
        silence.put("c", Duration.ofMinutes(1));
        assertThat(next(3)).as("the dead one goes").contains(new Step.Remove("c"));
    }

    @Test
    void whoShallHaveNoVoteLosesIt() {
        member("a", true);
        member("b", true);
        member("c", true);
        known("a", "b", "c");
        assertThat(next(3)).isEmpty();
        known.clear();
        without.add("b");
        known("a", "b", "c");
        assertThat(next(3)).contains(new Step.Demote("b"));
        silence.put("c", Duration.ofMinutes(1));
        assertThat(next(3)).as("V5: a alone would be left of a and c").isEmpty();
    }

    @Test
    void whoShallHaveNoVoteGetsNone() {
        member("a", true);
        member("b", false);
        without.add("b");
        known("a", "b");
        assertThat(next(3)).isEmpty();
    }

    @Test
    void aLeaderThatShallHaveNoVoteHandsOverToWhoKeepsIt() {
        member("a", true);
        member("b", true);
        member("c", true);
        member("d", true);
        without.addAll(List.of("a", "b"));
        known("a", "b", "c", "d");
        lag.put("c", 7L);
        assertThat(next(3)).contains(new Step.HandOver("d"));
    }

    @Test
    void ofTooManyVotersTheDeadGoesFirstAndTheLeaderLast_V4() {
        member("a", true);
        member("b", true);
        member("c", true);
        known("a", "b", "c");
        assertThat(next(1)).contains(new Step.Demote("c"));
        silence.put("b", Duration.ofMinutes(1));
        assertThat(next(1)).contains(new Step.Demote("b"));
    }

    @Test
    void theLastVoterStays_V5() {
        member("a", true);
        known("b");
        silence.put("b", Duration.ZERO);
        assertThat(next(3)).as("b is added, a is not removed").contains(new Step.Add("b", "h-b:3"));
    }
}
