package dev.vt.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** W1, W2. */
class TapNetworkTest {
    private static final String ID = "inst_01k9zj3v8q7h2m4n5p6r7s8t9v";

    @Test
    void aTapsNameFitsTheKernelAndEndsAsTheIdDoes() {
        assertThat(TapNetwork.tapName(ID)).isEqualTo("vtn5p6r7s8t9v");
        assertThat(TapNetwork.tapName(ID)).hasSizeLessThan(16);
    }

    @Test
    void macIsLocalUnicastAndAlwaysTheSame() {
        assertThat(TapNetwork.mac(ID)).matches("02(:[0-9a-f]{2}){5}").isEqualTo(TapNetwork.mac(ID));
        assertThat(TapNetwork.mac(ID)).isNotEqualTo(TapNetwork.mac(ID + "x"));
    }
}
