package dev.vt.control.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.secret.SecretCommand.ConfirmNone;
import dev.vt.control.secret.SecretCommand.Write;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SecretDeciderTest {
    private static final SecretState ABSENT = new SecretState.Absent();

    private static SecretState apply(SecretState state, SecretCommand command, String id) {
        if (SecretDecider.decide(state, command, id) instanceof Decision.Accepted<SecretEvent>(var events)) {
            for (SecretEvent event : events) {
                state = SecretDecider.evolve(state, event);
            }
        }
        return state;
    }

    @Test
    void theFirstVersionMakesTheBundle() {
        assertThat(SecretDecider.decide(ABSENT, new Write("set", "fp", List.of("A")), "sv_1"))
                .isEqualTo(Decision.accept(List.of(
                        new SecretEvent.Created("platform_env_v1"),
                        new SecretEvent.VersionSet("sv_1", 1, "set", "fp", List.of("A")))));
    }

    @Test
    void theSameContentIsUnchanged() {
        SecretState current = apply(ABSENT, new Write("set", "fp", List.of("A")), "sv_1");
        assertThat(SecretDecider.decide(current, new Write("import", "fp", List.of("A")), "sv_2"))
                .isEqualTo(Decision.unchanged());
    }

    @Test
    void nothingSetIsNotNothingConfirmed() {
        SecretState unset = apply(ABSENT, new Write("unset", "empty", List.of()), "sv_1");
        SecretState confirmed = apply(unset, new ConfirmNone("empty"), "sv_2");
        assertThat(confirmed).isEqualTo(new SecretState.Current("sv_2", 2, "confirm_none", "empty", List.of()));
        assertThat(SecretDecider.decide(confirmed, new ConfirmNone("empty"), "sv_3"))
                .isEqualTo(Decision.unchanged());
    }

    @Test
    void variablesAreNotConfirmedAway() {
        SecretState current = apply(ABSENT, new Write("set", "fp", List.of("A")), "sv_1");
        assertThat(SecretDecider.decide(current, new ConfirmNone("empty"), "sv_2"))
                .isInstanceOfSatisfying(
                        Decision.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(ErrorCode.INVALID_STATE));
    }

    /** Whatever is asked in whatever order, numbers have no holes and the newest content is current. */
    @Property(tries = 200)
    void numbersAreDense(@ForAll @Size(max = 30) List<@IntRange(min = 0, max = 4) Integer> contents) {
        SecretState state = ABSENT;
        int versions = 0;
        for (int i = 0; i < contents.size(); i++) {
            int content = contents.get(i);
            SecretCommand command =
                    content == 0 ? new ConfirmNone("0") : new Write("set", Integer.toString(content), List.of("A"));
            SecretState next = apply(state, command, "sv_" + i);
            versions += next.equals(state) ? 0 : 1;
            state = next;
            if (state instanceof SecretState.Current current) {
                assertThat(current.number()).isEqualTo(versions);
                boolean refused = content == 0 && !current.keys().isEmpty();
                assertThat(refused || current.fingerprint().equals(Integer.toString(content)))
                        .isTrue();
            }
        }
    }
}
