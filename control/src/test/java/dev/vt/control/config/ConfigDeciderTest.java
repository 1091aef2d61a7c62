package dev.vt.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigDeciderTest {
    private static ConfigState after(String document) {
        return ConfigDecider.evolve(accepted(ConfigState.initial(), set(document)));
    }

    private static ConfigCommand set(String document) {
        return new ConfigCommand.Set(ConfigDocuments.parse(document), "why");
    }

    private static ConfigEvent accepted(ConfigState state, ConfigCommand command) {
        return switch (ConfigDecider.decide(state, command)) {
            case Decision.Accepted<ConfigEvent>(List<ConfigEvent> events) -> events.getFirst();
            case Decision.Refused<ConfigEvent> refused -> throw new AssertionError(refused.toString());
        };
    }

    @Test
    void theFirstRevisionHoldsEveryKeyAndNamesWhatChanged_C2() {
        ConfigEvent event = accepted(
                ConfigState.initial(), set("{\"raft\": {\"desired_voters\": 5}, \"limits\": {\"page_items\": 100}}"));

        assertThat(event.revision()).isEqualTo(1);
        assertThat(event.changedKeys()).containsExactly("limits.page_items", "raft.desired_voters");
        assertThat(event.document().at("/detection/suspect_after_seconds").asInt())
                .isEqualTo(15);
        assertThat(event.comment()).isEqualTo("why");
    }

    @Test
    void anEqualDocumentChangesNothing_C2() {
        ConfigState state = after("{\"raft\": {\"desired_voters\": 5}}");

        assertThat(ConfigDecider.decide(state, set("{\"raft\": {\"desired_voters\": 5}, \"gossip\": {}}")))
                .isEqualTo(Decision.unchanged());
        assertThat(ConfigDecider.decide(ConfigState.initial(), set("{}"))).isEqualTo(Decision.unchanged());
    }

    @Test
    void whatIsLeftOutIsItsDefaultAgain() {
        ConfigEvent event = accepted(after("{\"raft\": {\"desired_voters\": 5}}"), set("{}"));

        assertThat(event.revision()).isEqualTo(2);
        assertThat(event.changedKeys()).containsExactly("raft.desired_voters");
    }

    @Test
    void aRollbackIsANewRevisionAndHeldAgainstTheRulesOfToday_C3() {
        ConfigState state = after("{\"raft\": {\"desired_voters\": 5}}");
        ConfigEvent back = accepted(
                state, new ConfigCommand.RollBack(1, ConfigState.initial().document(), null));

        assertThat(back).isInstanceOf(ConfigEvent.RolledBack.class);
        assertThat(back.revision()).isEqualTo(2);
        assertThat(back.toRevision()).isEqualTo(1);
        Decision<ConfigEvent> gone = ConfigDecider.decide(
                state, new ConfigCommand.RollBack(1, ConfigDocuments.parse("{\"raft\": {\"gone\": 1}}"), null));
        assertThat(gone)
                .isInstanceOfSatisfying(
                        Decision.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }
}
