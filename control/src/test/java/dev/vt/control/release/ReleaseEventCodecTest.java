package dev.vt.control.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.EventGoldens;
import dev.vt.images.ImageConfig;
import dev.vt.kernel.Json;
import dev.vt.manifest.Manifest;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReleaseEventCodecTest {
    private static final String DIGEST = "sha256:" + "9c1e6f4d".repeat(8);

    static ReleaseEvent.Created created() {
        Manifest manifest = ManifestProblems.require("""
                schema_version = "v1"
                [processes.web.resources]
                memory = "256Mi"
                """);
        ImageConfig config = new ImageConfig(
                "linux",
                "amd64",
                List.of("/app"),
                List.of("serve"),
                List.of("PATH=/bin"),
                "/srv",
                "app",
                "SIGTERM",
                List.of("8443/tcp"));
        return new ReleaseEvent.Created(
                12,
                "ghcr.io/acme/shop:1.4",
                new ReleaseImage(
                        DIGEST,
                        List.of(new ReleaseImage.PlatformDigest("linux", "amd64", DIGEST)),
                        Json.toTree(config)),
                manifest);
    }

    @Test
    void createdIsGoldenAndRoundTrips() {
        ReleaseEvent.Created event = created();
        ObjectNode payload = ReleaseEventCodec.payload(event);

        EventGoldens.check(ReleaseFeature.class, "release", "created", ReleaseEventCodec.type(event), payload);
        ReleaseEvent.Created parsed = (ReleaseEvent.Created)
                ReleaseEventCodec.parse(ReleaseEventCodec.CREATED, Json.parse(Json.bytes(payload)));
        assertThat(ReleaseEventCodec.payload(parsed).toString()).isEqualTo(payload.toString());
        assertThat(parsed.manifest().hash()).isEqualTo(event.manifest().hash());
    }
}
