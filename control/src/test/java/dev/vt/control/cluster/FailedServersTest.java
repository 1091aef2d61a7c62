package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.cluster.ServerDecider.Facts;
import dev.vt.control.cluster.Servers.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** V5, V6: who fell silent is given up after ten minutes, but never the quorum. The leader is a. */
class FailedServersTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final List<Server> live = new ArrayList<>();
    private final Set<String> voters = new TreeSet<>();
    private final Map<String, Duration> silence = new HashMap<>();

    private void voters(String... ids) {
        for (String id : ids) {
            voters.add(id);
            observer(id);
        }
    }

    private void observer(String id) {
        live.add(new Server(id, 1, id, voters.contains(id), true, "online", "", Optional.empty()));
        if (!id.equals("a")) {
            silence.put(id, Duration.ZERO);
        }
    }

    private Optional<String> next() {
        Set<String> reachable = new TreeSet<>(Set.of("a"));
        silence.forEach((id, since) -> {
            if (since.compareTo(Duration.ofSeconds(15)) < 0) {
                reachable.add(id);
            }
        });
        return FailedServers.next(new Facts(true, live, voters, reachable, "a", Map.of()), silence, LIMIT)
                .map(Server::id);
    }

    @Test
    void aSilentVoterIsGivenUpAfterTenMinutesAndNoSooner_V6() {
        voters("a", "b", "c");
        for (Duration since = Duration.ZERO; since.compareTo(LIMIT) < 0; since = since.plusSeconds(5)) {
            silence.put("c", since);
            assertThat(next()).as("silent for %s", since).isEmpty();
        }
        silence.put("c", LIMIT);
        assertThat(next()).contains("c");
    }

    @Test
    void aSilentObserverIsGivenUpToo_V6() {
        voters("a", "b", "c");
        observer("d");
        silence.put("d", LIMIT);
        assertThat(next()).contains("d");
    }

    @Test
    void whoIsNoMemberYetIsNotSilent() {
        voters("a");
        observer("b");
        silence.remove("b");
        assertThat(next()).isEmpty();
    }

    @Test
    void theReachableStayAMajorityOfTheRest_V5() {
        voters("a", "b", "c", "d");
        silence.put("c", LIMIT);
        silence.put("d", LIMIT.plusSeconds(1));
        assertThat(next()).as("two of three remain reachable").contains("d");
        silence.put("b", Duration.ofMinutes(1));
        assertThat(next()).as("one of three is no majority").isEmpty();
    }

    @Test
    void ofSeveralTheOneSilentLongestGoesFirst() {
        voters("a", "b", "c", "d", "e");
        silence.put("d", LIMIT.plusSeconds(1));
        silence.put("e", LIMIT);
        assertThat(next()).contains("d");
    }
}
