package dev.vt.control.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceNetTest {
    @Test
    void onlyTheNetworkIsKept() {
        assertThat(SourceNet.of("192.0.2.77")).isEqualTo("192.0.2.0/24");
        assertThat(SourceNet.of("2001:db8:1:2:3:4:5:6")).isEqualTo("2001:db8:1:0:0:0:0:0/48");
        assertThat(SourceNet.of("not an address")).isEqualTo("unknown");
        assertThat(SourceNet.of("localhost")).isEqualTo("unknown");
    }
}
