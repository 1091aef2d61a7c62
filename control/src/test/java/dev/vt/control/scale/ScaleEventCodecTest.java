package dev.vt.control.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.EventGoldens;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScaleEventCodecTest {
    private static final Map<String, ScaleEvent> EVENTS = Map.of(
            "scale_set", new ScaleEvent.ScaleSet(new TreeMap<>(Map.of("web", 3, "worker", 0)), "api"),
            "restart_requested", new ScaleEvent.RestartRequested(List.of("web"), "restart_01k9ejzeaae4ma4jz41b93y214"));

    @Test
    void eventsAreGoldenAndRoundTrip() {
        EVENTS.forEach((name, event) -> {
            var payload = ScaleEventCodec.payload(event);
            EventGoldens.check(ScaleFeature.class, "scale", name, ScaleEventCodec.type(event), payload);
            assertThat(ScaleEventCodec.parse(ScaleEventCodec.type(event), Json.parse(Json.bytes(payload))))
                    .isEqualTo(event);
        });
    }
}
