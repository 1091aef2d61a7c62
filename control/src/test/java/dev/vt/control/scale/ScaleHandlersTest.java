package dev.vt.control.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ScaleHandlersTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    private Shop shop;

    @BeforeEach
    void deploy() {
        shop = Shop.on(server);
        shop.deployed("one", Shop.MANIFEST + "[processes.web.scaling]\nmin = 2\nmax = 5\n");
    }

    private static ObjectNode scale(String process, int desired) {
        ObjectNode body = Json.object();
        body.putArray("scales").addObject().put("process_type", process).put("desired", desired);
        return body;
    }

    private TestReply set(String process, int desired) {
        return shop.client().patch(shop.env() + "/scale", scale(process, desired));
    }

    @Test
    void aStoredScaleWinsOverTheManifest() {
        JsonNode before = shop.client().get(shop.env() + "/scale").json();
        TestReply set = set("web", 4);

        assertThat(before.at("/processes/0/desired").isNull()).isTrue();
        assertThat(before.at("/processes/0/wanted").asInt()).isEqualTo(2);
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
        assertThat(set.resource().at("/processes/0/wanted").asInt()).isEqualTo(4);
        assertThat(set.json().at("/receipt/changes/0/summary").asText()).isEqualTo("2 -> 4");
        assertThat(set("web", 4).receiptStatus()).isEqualTo("unchanged");
    }

    @Test
    void zeroIsAlwaysAllowedOtherwiseTheLimitsHold() {
        assertThat(set("web", 0).status()).isEqualTo(200);
        TestReply low = set("web", 1);
        TestReply high = set("web", 6);

        assertThat(low.code()).isEqualTo("scale_out_of_range");
        assertThat(high.code()).isEqualTo("scale_out_of_range");
        assertThat(high.json().at("/details/max").asInt()).isEqualTo(5);
    }

    @Test
    void anUnknownProcessTypeNamesTheNearest() {
        TestReply reply = set("wep", 3);

        assertThat(reply.code()).isEqualTo("unknown_process_type");
        assertThat(reply.json().path("detail").asText()).contains("did you mean web?");
        assertThat(shop.client().patch(shop.env() + "/scale", Json.object()).code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void aRestartIsAskedForEachTime() {
        TestReply all = shop.client().post(shop.env() + "/restarts", Json.object());
        ObjectNode body = Json.object();
        body.putArray("process_types").add("web");
        TestReply one = shop.client().post(shop.env() + "/restarts", body);

        assertThat(all.status()).as(all.toString()).isEqualTo(202);
        assertThat(one.status()).isEqualTo(202);
        assertThat(one.json().at("/receipt/event_id").asLong())
                .isGreaterThan(all.json().at("/receipt/event_id").asLong());
        body.withArray("process_types").add("none");
        assertThat(shop.client().post(shop.env() + "/restarts", body).code()).isEqualTo("unknown_process_type");
        assertThat(shop.another("empty")
                        .client()
                        .post(shop.another("bare").env() + "/restarts", Json.object())
                        .code())
                .isEqualTo("invalid_state");
    }
}
