package dev.vt.control.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.EventGoldens;
import dev.vt.kernel.Decision;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuotaDeciderTest {
    private static final QuotaEvent SMALL =
            new QuotaEvent(Tier.SMALL, Map.of(Dimension.MAX_APPS, 7L, Dimension.MAX_ENVS, 9L), "a trial");

    @Test
    void settingWhatHoldsChangesNothing() {
        assertThat(QuotaDecider.decide(Optional.of(SMALL), SMALL)).isEqualTo(Decision.unchanged());
        assertThat(QuotaDecider.decide(Optional.empty(), SMALL)).isEqualTo(Decision.accept(SMALL));
        assertThat(QuotaDecider.decide(
                        Optional.empty(), new QuotaEvent(Tier.SMALL, Map.of(Dimension.MAX_APPS, -1L), null)))
                .isInstanceOf(Decision.Refused.class);
    }

    @Test
    void theOrgsOwnLimitStandsInPlaceOfTheTiers() {
        assertThat(Tier.SMALL.with(SMALL.limits()))
                .containsEntry(Dimension.MAX_APPS, 7L)
                .containsEntry(Dimension.MAX_INSTANCES, 20L);
        assertThat(Tier.UNLIMITED.with(Map.of())).isEmpty();
    }

    @Test
    void eventsKeepTheirForm() {
        EventGoldens.check(QuotaFeature.class, "quota", "set", QuotaEvent.SET, QuotaEventCodec.payload(SMALL));
        assertThat(QuotaEventCodec.parse(QuotaEventCodec.payload(SMALL))).isEqualTo(SMALL);
    }
}
