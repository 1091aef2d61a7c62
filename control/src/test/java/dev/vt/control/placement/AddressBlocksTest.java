package dev.vt.control.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.scheduler.view.FreeAddresses;
import org.junit.jupiter.api.Test;

class AddressBlocksTest {
    @Test
    void aNodesOrdinalGivesItsBlock_A2() {
        assertThat(AddressBlocks.from("fd12:3456:789a::1", 1).address(1)).isEqualTo("fd12:3456:789a:0:101::1");
        assertThat(AddressBlocks.from("fd12:3456:789a::ff", 1).address(1)).isEqualTo("fd12:3456:789a:0:1ff::1");
        assertThat(AddressBlocks.from("fd12:3456:789a:7::2", 1).address(0x1_0000_0001L))
                .isEqualTo("fd12:3456:789a:7:102:1:0:1");
    }

    @Test
    void numbersRoundTrip() {
        for (long number : new long[] {1, 255, 65_536, (1L << 48) - 1}) {
            assertThat(AddressBlocks.number(AddressBlocks.from("fd00::1", 1).address(number)))
                    .isEqualTo(number);
        }
    }

    @Test
    void aBlockThatIsUsedUpHasNothingLeft() {
        assertThat(AddressBlocks.from("fd00::1", 1L << 48).ranges()).isEmpty();
        assertThat(AddressBlocks.from("fd00::1", 5).ranges())
                .containsExactly(new FreeAddresses.Range(5, (1L << 48) - 1));
    }

    @Test
    void thereAreBlocksForSoManyNodesOnly() {
        assertThatThrownBy(() -> AddressBlocks.ofNode("fd00::fe00")).isInstanceOf(IllegalArgumentException.class);
    }
}
