package dev.vt.control.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.exec.ExecServers.Leader;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** EX2 at a server that does not lead: it asks the leader, and says the truth when nobody answers. */
class ExecAuthorityTest {
    private static final String TOKEN = "vt_xg_" + "A".repeat(43);
    private static final ExecRequest REQUEST =
            new ExecRequest("inst_1", "node_1", List.of("true"), false, 80, 24, true, Map.of(), 60, 60);

    /** What is asked of this server and of the leader, in order. */
    private final List<String> asked = new ArrayList<>();

    private final Queue<LeaderAnswer> answers = new ArrayDeque<>();
    private boolean leads;

    private interface LeaderAnswer {
        Optional<byte[]> give() throws IOException;
    }

    private final ExecAuthority authority = new ExecAuthority(
            new ExecAuthority.Writer() {
                @Override
                public ExecConnection spend(String execId, String tokenSha256, String sourceNet, String serverId) {
                    asked.add("here " + serverId);
                    return new ExecConnection.Granted(REQUEST);
                }

                @Override
                public boolean end(String execId, @Nullable Integer exitCode, String endReason) {
                    asked.add("end here " + exitCode);
                    return true;
                }
            },
            new ExecServers() {
                @Override
                public boolean leads() {
                    return leads;
                }

                @Override
                public Optional<Leader> leader() {
                    return answers.isEmpty() ? Optional.empty() : Optional.of(new FakeLeader());
                }

                @Override
                public Optional<Set<String>> relayed(String serverId, Set<String> execIds) {
                    return Optional.empty();
                }
            },
            "srv_self",
            Duration.ofMillis(300));

    private final class FakeLeader implements Leader {
        @Override
        public Optional<byte[]> connect(String execId, String tokenSha256, String sourceNet) throws IOException {
            asked.add("leader " + tokenSha256);
            return answers.remove().give();
        }

        @Override
        public void end(String execId, @Nullable Integer exitCode, String endReason) throws IOException {
            asked.add("end leader " + exitCode);
            answers.remove().give();
        }
    }

    private static Optional<byte[]> lost() throws IOException {
        throw new IOException("gone");
    }

    private ExecConnection connect() {
        return authority.connect("exec_1", TOKEN, "10.0.0.0/24");
    }

    @Test
    void theLeaderSpendsAndSeesOnlyTheHash() {
        answers.add(() -> Optional.of(Json.bytes(REQUEST)));
        assertThat(connect()).isEqualTo(new ExecConnection.Granted(REQUEST));
        assertThat(asked).containsExactly("leader " + TokenSecrets.hash(TOKEN));
    }

    @Test
    void whatItRefusesIsRefused() {
        answers.add(Optional::empty);
        assertThat(connect()).isEqualTo(new ExecConnection.Refused());
    }

    /** It may have been spent by the question that was lost: that is no wrong token. */
    @Test
    void aRefusalAfterALostAnswerIsNotTheClientsFault() {
        answers.add(ExecAuthorityTest::lost);
        answers.add(Optional::empty);
        assertThat(connect()).isEqualTo(new ExecConnection.Unavailable("commit_unknown"));
    }

    @Test
    void aLeaderThatWasLostIsAskedAgain() {
        answers.add(ExecAuthorityTest::lost);
        answers.add(() -> Optional.of(Json.bytes(REQUEST)));
        assertThat(connect()).isInstanceOf(ExecConnection.Granted.class);
    }

    @Test
    void withoutAnyLeaderItSaysSo() {
        assertThat(connect()).isEqualTo(new ExecConnection.Unavailable("no_leader"));
        assertThat(asked).isEmpty();
    }

    @Test
    void oneThatHasBecomeTheLeaderWritesItself() {
        answers.add(() -> {
            leads = true;
            return lost();
        });
        assertThat(connect()).isInstanceOf(ExecConnection.Granted.class);
        assertThat(asked).last().isEqualTo("here srv_self");
    }

    @Test
    void theEndIsToldUntilSomebodyHasIt() {
        answers.add(ExecAuthorityTest::lost);
        answers.add(Optional::empty);
        authority.end("exec_1", 3, "exited");
        assertThat(asked).containsExactly("end leader 3", "end leader 3");
    }
}
