package dev.vt.control.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.EventGoldens;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretEventCodecTest {
    private static final String VERSION = "sv_01k9ejzeaae4ma4jz41b93y214";

    private static final Map<String, SecretEvent> EVENTS = Map.of(
            "created", new SecretEvent.Created("platform_env_v1"),
            "version_set",
                    new SecretEvent.VersionSet(
                            VERSION, 3, "set", "hmac-sha256:" + "0f".repeat(32), List.of("API_KEY", "DB_PASSWORD")),
            "confirm_none",
                    new SecretEvent.VersionSet(VERSION, 1, "confirm_none", "hmac-sha256:" + "0f".repeat(32), List.of()),
            "material_shredded", new SecretEvent.MaterialShredded(List.of(VERSION)));

    @Test
    void eventsAreGoldenAndRoundTrip() {
        EVENTS.forEach((name, event) -> {
            var payload = SecretEventCodec.payload(event);
            EventGoldens.check(SecretFeature.class, "secret", name, SecretEventCodec.type(event), payload);
            assertThat(SecretEventCodec.parse(SecretEventCodec.type(event), Json.parse(Json.bytes(payload))))
                    .isEqualTo(event);
        });
    }
}
