package dev.vt.simulation.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Json;
import dev.vt.simulation.history.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertaintyTest {
    private static Outcome of(int status, String code) {
        return Certainty.of(new Api.Answer.Heard(status, Json.object().put("code", code), Map.of()));
    }

    @Test
    void onlyWhatExcludesAnEffectIsARefusal() {
        assertThat(of(412, "version_conflict")).isEqualTo(new Outcome.Refused("version_conflict"));
        assertThat(of(503, "no_leader")).isEqualTo(new Outcome.Refused("no_leader"));
        assertThat(Certainty.of(new Api.Answer.NotSent("refused"))).isEqualTo(new Outcome.Refused("refused"));
    }

    @Test
    void everythingElseIsUnknown() {
        assertThat(of(503, "commit_unknown")).isEqualTo(new Outcome.Unknown("commit_unknown"));
        assertThat(of(503, "unavailable")).isEqualTo(new Outcome.Unknown("unavailable"));
        assertThat(of(500, "internal")).isEqualTo(new Outcome.Unknown("internal"));
        assertThat(Certainty.of(new Api.Answer.Lost("reset"))).isEqualTo(new Outcome.Unknown("reset"));
    }
}
