package dev.vt.control.hostname;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.ToEdge;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R2 of ingress.md: {@code hostname_proof = txt}. */
class HostnameProverTest {
    private static final String NAME = "proven.example.com";

    @RegisterExtension
    final TestServer server = new TestServer();

    private Shop shop;

    @BeforeEach
    void deploy() {
        shop = Shop.on(server);
        shop.deployed("one", Shop.MANIFEST);
        ObjectNode document = Json.object();
        document.putObject("document").putObject("edge").put("hostname_proof", "txt");
        assertThat(shop.client().ifMatch(0).put("/v1/cluster/config", document).status())
                .isEqualTo(200);
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private JsonNode endpoint() {
        return shop.client()
                .get(shop.env() + "/endpoints?hostname=" + NAME)
                .json()
                .at("/items/0");
    }

    private JsonNode route(TestReply created) {
        return shop.client().get(shop.org() + "/routes/" + created.id()).json();
    }

    private static List<String> names(ToEdge message) {
        return Json.read(message.getTableJson().toByteArray(), EdgeTable.class).routes().stream()
                .map(route -> String.valueOf(route.hostname()))
                .toList();
    }

    @Test
    void aRouteIsNoEdgesUntilItsHostnameIsProvenR2() {
        try (TestMember edge = TestMember.enrolled(server, "edge", "edge-1")) {
            TestReply route = shop.route(NAME);
            assertThat(route.status()).as(route.toString()).isEqualTo(201);
            JsonNode record = route.resource().path("verification");
            assertThat(record.path("record_name").asText()).isEqualTo("_vt-challenge." + NAME);
            assertThat(endpoint().path("reason_code").asText()).isEqualTo("pending_verification");
            assertThat(endpoint().path("verification")).isEqualTo(record);
            TestStream<FromEdge, ToEdge> tables = edge.follow();
            assertThat(names(tables.next())).containsExactly("shop.example.com");

            server.publish("_vt-challenge." + NAME, "something else");
            server.advance(Duration.ofMinutes(1));
            server.publish("_vt-challenge." + NAME, record.path("record_value").asText());
            server.advance(Duration.ofMinutes(2));

            await("proven", () -> route(route).path("verification").isMissingNode());
            await("in the table", () -> names(tables.next()).contains(NAME));
            assertThat(endpoint().path("reason_code").asText()).isNotEqualTo("pending_verification");
            // What is proven is not asked for again.
            ObjectNode second = Json.object().put("hostname", NAME).put("listen_port", 8443);
            second.putObject("target").put("process_type", "web").put("port", "https");
            assertThat(shop.client()
                            .post(shop.env() + "/routes", second)
                            .resource()
                            .has("verification"))
                    .isFalse();
        }
    }

    @Test
    void oneRecordServesAllRoutesOfANameR2() {
        TestReply first = shop.route(NAME);
        ObjectNode body = Json.object().put("hostname", NAME).put("listen_port", 8443);
        body.putObject("target").put("process_type", "web").put("port", "https");
        TestReply second = shop.client().post(shop.env() + "/routes", body);
        JsonNode record = first.resource().path("verification");
        assertThat(second.resource().path("verification")).isEqualTo(record);

        server.publish(
                record.path("record_name").asText(), record.path("record_value").asText());
        server.advance(Duration.ofMinutes(1));

        await("both", () -> !route(first).has("verification") && !route(second).has("verification"));
    }

    @Test
    void aPendingRouteCanBeDeleted() {
        TestReply route = shop.route(NAME);

        assertThat(shop.client().delete(shop.org() + "/routes/" + route.id()).receiptStatus())
                .isEqualTo("applied");
        // Who never proved a name has it not reserved.
        assertThat(shop.client().get("/v1/hostname-reservations").json().path("items"))
                .isEmpty();
    }

    @Test
    void aDeployDrawsOneChallengeForAllRoutesOfANameR2() {
        shop.deployed("two", Shop.MANIFEST + """
                [[routes]]
                hostname = "proven.example.com"
                process = "web"
                port = "https"
                [[routes]]
                hostname = "proven.example.com"
                listen_port = 8443
                process = "web"
                port = "https"
                """);

        JsonNode items = shop.client()
                .get(shop.env() + "/routes?hostname=" + NAME)
                .json()
                .path("items");

        assertThat(items).hasSize(2);
        assertThat(items.at("/0/verification/record_value").asText()).startsWith("vtc_");
        assertThat(items.at("/1/verification")).isEqualTo(items.at("/0/verification"));
    }
}
