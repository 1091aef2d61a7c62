package dev.vt.control.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.EventGoldens;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeployEventCodecTest {
    private static final String RELEASE = "rel_01k9ejze95es8r65rzyjka792g";
    private static final String HASH = "sha256:" + "6f0a91c2".repeat(8);

    private static final Map<String, DeployEvent> EVENTS = Map.of(
            "created",
                    new DeployEvent.Created(
                            "deploy", RELEASE, List.of("web", "worker"), "rolling", HASH, new TreeMap<>()),
            "created_rollback",
                    new DeployEvent.Created(
                            "rollback",
                            RELEASE,
                            List.of("web"),
                            "mixed",
                            HASH,
                            new TreeMap<>(Map.of("web", "rel_01k9ejzeaae4ma4jz41b93y214"))),
            "status_changed", new DeployEvent.StatusChanged(DeployStatus.SUCCEEDED, null, null, null),
            "status_changed_failed",
                    new DeployEvent.StatusChanged(
                            DeployStatus.FAILED, "progress_timeout", "web", "no progress for 600 s"));

    @Test
    void eventsAreGoldenAndRoundTrip() {
        EVENTS.forEach((name, event) -> {
            var payload = DeployEventCodec.payload(event);
            EventGoldens.check(DeployFeature.class, "deploy", name, DeployEventCodec.type(event), payload);
            assertThat(DeployEventCodec.parse(DeployEventCodec.type(event), Json.parse(Json.bytes(payload))))
                    .isEqualTo(event);
        });
    }
}
