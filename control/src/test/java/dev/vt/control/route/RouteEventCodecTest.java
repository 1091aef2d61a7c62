package dev.vt.control.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.control.testing.EventGoldens;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteEventCodecTest {
    static final RouteDefinition TLS = new RouteDefinition(
            "tls_passthrough",
            "shop.example.com",
            443,
            new Target("web", 8443),
            "v2",
            true,
            List.of("authority", "unique_id"),
            "also",
            true,
            "round_robin",
            0,
            false,
            "manifest");

    static final RouteDefinition RAW = new RouteDefinition(
            "tcp_raw",
            null,
            9000,
            new Target("web", 9000),
            "off",
            false,
            List.of(),
            "off",
            false,
            "least_connections",
            0,
            false,
            "api");

    private static final RouteDefinition LIMITED = new RouteDefinition(
            "tcp_raw",
            null,
            9000,
            new Target("web", 9000),
            "off",
            false,
            List.of(),
            "off",
            false,
            "round_robin",
            100,
            true,
            "api");

    private static final Map<String, RouteEvent> EVENTS = Map.of(
            "created", new RouteEvent.Created(TLS, null),
            "created_raw", new RouteEvent.Created(RAW, null),
            "created_limited", new RouteEvent.Created(LIMITED, null),
            "created_unproven", new RouteEvent.Created(TLS, "vtc_01k9ejze95es8r65rzyjka7941"),
            "verified", new RouteEvent.Verified(),
            "updated",
                    new RouteEvent.Updated(
                            new Target("api", 1),
                            "off",
                            false,
                            List.of("crc32c"),
                            "required",
                            false,
                            "round_robin",
                            null,
                            null),
            "updated_limits", new RouteEvent.Updated(null, null, null, null, null, null, null, 100, true),
            "updated_target",
                    new RouteEvent.Updated(new Target("api", 1), null, null, null, null, null, null, null, null),
            "deleted", new RouteEvent.Deleted());

    @Test
    void eventsAreGoldenAndRoundTrip() {
        EVENTS.forEach((name, event) -> {
            var payload = RouteEventCodec.payload(event);
            EventGoldens.check(RouteFeature.class, "route", name, RouteEventCodec.type(event), payload);
            assertThat(RouteEventCodec.parse(RouteEventCodec.type(event), Json.parse(Json.bytes(payload))))
                    .isEqualTo(event);
        });
    }
}
