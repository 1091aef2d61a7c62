package dev.vt.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigEventCodecTest {
    private final GoldenEvents golden = new GoldenEvents(ConfigFeature.class, "config");

    /** A document of its own, so that a new key does not rewrite what was written once. */
    private static ObjectNode document() {
        return ConfigDocuments.parse("""
                {"raft": {"desired_voters": 5}, "scheduler": {"strategy": "spread", "rebalance": false,
                 "driver_order": ["firecracker", "qemu"]}}""");
    }

    @Test
    void everyEventReadsAsItWasWritten() {
        ConfigEvent set = new ConfigEvent.Set(7, document(), List.of("raft.desired_voters"), "more voters");
        ConfigEvent bare = new ConfigEvent.Set(1, document(), List.of(), null);
        ConfigEvent back = new ConfigEvent.RolledBack(8, document(), List.of("raft.desired_voters"), null, 6L);
        check(set, "");
        check(bare, "bare");
        check(back, "");
        golden.checkComplete();

        assertThat(ConfigEventCodec.parse(ConfigEventCodec.SET, golden.read("config.set@1")))
                .isEqualTo(set);
        assertThat(ConfigEventCodec.parse(ConfigEventCodec.SET, golden.read("config.set@1-bare")))
                .isEqualTo(bare);
        assertThat(ConfigEventCodec.parse(ConfigEventCodec.ROLLED_BACK, golden.read("config.rolled_back@1")))
                .isEqualTo(back);
    }

    /** As it is read back: a small long is an int then. */
    private void check(ConfigEvent event, String variant) {
        byte[] written = Json.bytes(ConfigEventCodec.payload(event));
        golden.check(ConfigEventCodec.type(event), variant, (ObjectNode) Json.parse(written));
    }
}
