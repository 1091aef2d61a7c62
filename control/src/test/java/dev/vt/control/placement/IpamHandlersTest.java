package dev.vt.control.placement;

import static dev.vt.control.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestNode;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A9 of network.md: whose an overlay address is, also while it cools down. */
class IpamHandlersTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    @Test
    void anAddressSaysWhoseItIsAndWasUntilItIsFree_A9() {
        Shop shop = Shop.on(server);
        try (TestNode node = TestNode.on(server, "worker")) {
            shop.deployed("one", Shop.MANIFEST);
            await("an instance", () -> node.running().size() == 1);
            String instance = node.running().getFirst();

            JsonNode taken = addresses(shop, "?owner_id=" + instance);
            assertThat(taken).hasSize(1);
            assertThat(taken.path(0).path("state").asText()).isEqualTo("allocated");
            assertThat(taken.path(0).path("node_id").asText()).isEqualTo(node.id());
            assertThat(taken.path(0).path("env_id").asText()).isEqualTo(shop.envId());
            assertThat(taken.path(0).path("released_at").isNull()).isTrue();
            assertThat(addresses(shop, "?node_id=node_none")).isEmpty();

            ObjectNode none = Json.object();
            none.putArray("scales").addObject().put("process_type", "web").put("desired", 0);
            assertThat(shop.client().patch(shop.env() + "/scale", none).status())
                    .isEqualTo(200);
            await(
                    "it cools down",
                    () -> addresses(shop, "?owner_id=" + instance)
                            .path(0)
                            .path("state")
                            .asText()
                            .equals("cooldown"));
            Instant until = Instant.parse(addresses(shop, "?owner_id=" + instance)
                    .path(0)
                    .path("cooldown_until")
                    .asText());
            server.advance(Duration.between(server.now(), until).plusSeconds(1));
            assertThat(addresses(shop, "?owner_id=" + instance)).isEmpty();
        }
    }

    private static JsonNode addresses(Shop shop, String query) {
        return shop.client().get("/v1/ipam" + query).json().path("items");
    }
}
