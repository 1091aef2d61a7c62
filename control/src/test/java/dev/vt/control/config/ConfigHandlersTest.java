package dev.vt.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ConfigHandlersTest {
    private static final String CONFIG = "/v1/cluster/config";

    @RegisterExtension
    final TestServer server = new TestServer();

    private TestClient operator;

    @BeforeEach
    void signIn() {
        operator = server.operator();
    }

    private static ObjectNode body(String document) {
        ObjectNode out = Json.object();
        out.set("document", ConfigDocuments.parse(document));
        return out;
    }

    private TestReply set(long revision, String document) {
        return operator.ifMatch(revision).put(CONFIG, body(document));
    }

    private static String voters(int number) {
        return "{\"raft\": {\"desired_voters\": " + number + "}}";
    }

    @Test
    void beforeAnybodySaysAnythingTheDefaultsAreInForce_C1() {
        TestReply reply = operator.get(CONFIG);

        assertThat(reply.header("ETag")).isEqualTo("\"0\"");
        assertThat(reply.json().at("/document/raft/desired_voters").asInt()).isEqualTo(3);
        assertThat(operator.get(CONFIG + "/versions").json().path("items")).isEmpty();
    }

    @Test
    void aChangeNeedsIfMatchAndMakesARevision_C2() {
        assertThat(operator.put(CONFIG, body(voters(5))).code()).isEqualTo("if_match_required");
        TestReply first = set(0, voters(5));
        assertThat(first.status()).as(first.toString()).isEqualTo(200);
        assertThat(first.receiptStatus()).isEqualTo("applied");
        assertThat(first.header("ETag")).isEqualTo("\"1\"");
        TestReply stale = set(0, voters(7));
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.json().at("/details/current_version").asInt()).isEqualTo(1);

        TestReply second = operator.ifMatch(1)
                .put(CONFIG, body("{\"raft\": {\"desired_voters\": 4}}").put("comment", "one fewer"));

        assertThat(second.resource().path("comment").asText()).isEqualTo("one fewer");
        assertThat(second.resource().path("author_id").asText())
                .isEqualTo(server.bootstrapped().userId());
        assertThat(second.resource().at("/advice/0/code").asText()).isEqualTo("even_voters");
    }

    @Test
    void anEqualDocumentIsUnchangedEvenWithAStaleRevision_C2() {
        set(0, voters(5));
        TestReply again = set(0, voters(5));

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.receiptStatus()).isEqualTo("unchanged");
        assertThat(operator.get(CONFIG).header("ETag")).isEqualTo("\"1\"");
    }

    @Test
    void whatIsWrongIsNamedAtOnceAndChangesNothing_C1() {
        String wrong = "{\"raft\": {\"desired_voter\": 3}, \"detection\": {\"suspect_after_seconds\": 2}}";
        TestReply reply = set(0, wrong);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("config_invalid");
        JsonNode errors = reply.json().at("/details/errors");
        assertThat(errors).hasSize(2);
        assertThat(errors.get(1).path("nearest").asText()).isEqualTo("raft.desired_voters");
        JsonNode verdict = operator.post(CONFIG + "/validate", body(wrong)).json();
        assertThat(verdict.path("valid").asBoolean()).isFalse();
        assertThat(verdict.path("violations")).isEqualTo(errors);
        assertThat(operator.get(CONFIG).header("ETag")).isEqualTo("\"0\"");
        assertThat(operator.ifMatch(0).put(CONFIG, Json.object()).code()).isEqualTo("invalid_argument");
        assertThat(operator.ifMatch(0)
                        .put(CONFIG, body("{}").put("coment", "x"))
                        .code())
                .isEqualTo("unknown_field");
    }

    @Test
    void validateShowsWhatWouldChange_C2() {
        JsonNode verdict = operator.post(CONFIG + "/validate", body(voters(2))).json();

        assertThat(verdict.path("valid").asBoolean()).isTrue();
        assertThat(verdict.path("diff").toString())
                .isEqualTo("[{\"path\":\"raft.desired_voters\",\"old\":3,\"new\":2}]");
        assertThat(verdict.path("advice")).hasSize(2);
    }

    @Test
    void revisionsAreReadComparedAndGoneBackTo_C3() {
        set(0, voters(5));
        set(1, "{\"raft\": {\"desired_voters\": 7}, \"gossip\": {\"indirect_probes\": 4}}");

        JsonNode diff = operator.get(CONFIG + "/diff?from=1&to=2").json().path("changes");
        assertThat(diff.findValuesAsText("path")).containsExactly("gossip.indirect_probes", "raft.desired_voters");
        assertThat(operator.get(CONFIG + "/diff?from=0").json().path("changes")).hasSize(2);
        assertThat(operator.get(CONFIG + "/diff?from=9").code()).isEqualTo("not_found");
        assertThat(operator.get(CONFIG + "/versions/1")
                        .json()
                        .at("/document/raft/desired_voters")
                        .asInt())
                .isEqualTo(5);
        assertThat(operator.get(CONFIG + "/versions/x").code()).isEqualTo("not_found");

        ObjectNode back = Json.object().put("to_revision", 1).put("comment", "too many");
        assertThat(operator.post(CONFIG + "/rollback", back).code()).isEqualTo("if_match_required");
        assertThat(operator.ifMatch(1).post(CONFIG + "/rollback", back).status())
                .isEqualTo(412);
        TestReply done = operator.ifMatch(2).post(CONFIG + "/rollback", back);

        assertThat(done.resource().at("/document/raft/desired_voters").asInt()).isEqualTo(5);
        JsonNode third = operator.get(CONFIG + "/versions/3").json();
        assertThat(third.path("to_revision").asInt()).isEqualTo(1);
        assertThat(operator.get("/v1/cluster/events?type=config.").json().path("items"))
                .extracting(event -> event.path("event_type").asText())
                .containsExactly("config.set", "config.set", "config.rolled_back");
        assertThat(operator.get("/v1/cluster/events?type=audit.").json().path("items"))
                .extracting(event -> event.at("/payload/action").asText())
                .contains("config.set", "config.rollback");
    }

    @Test
    void aHundredRevisionsAreReadable_C3() {
        for (int i = 0; i < 105; i++) {
            assertThat(set(i, "{\"limits\": {\"exec_per_env\": " + (i + 20) + "}}")
                            .status())
                    .isEqualTo(200);
        }
        List<Integer> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = operator.get(CONFIG + "/versions?limit=40&order=desc" + cursor)
                    .json();
            page.path("items").forEach(item -> seen.add(item.path("revision").asInt()));
            cursor = page.path("next_cursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("next_cursor").asText();
        } while (!cursor.isEmpty());

        assertThat(seen)
                .isEqualTo(IntStream.rangeClosed(1, 105).mapToObj(i -> 106 - i).toList());
    }

    @Test
    void whatIsLiveIsActedOnAtOnce_C4() {
        byte[] large = new byte[70_000];
        Arrays.fill(large, (byte) ' ');
        large[0] = '{';
        large[large.length - 1] = '}';
        assertThat(operator.send("POST", "/v1/orgs", large).code()).isEqualTo("invalid_argument");
        assertThat(operator.get("/v1/orgs?limit=200").status()).isEqualTo(200);

        set(0, "{\"limits\": {\"body_bytes\": 65536, \"page_items\": 60, \"event_page_items\": 100}}");

        assertThat(operator.send("POST", "/v1/orgs", large).code()).isEqualTo("payload_too_large");
        assertThat(operator.get("/v1/orgs?limit=61").code()).isEqualTo("invalid_argument");
        assertThat(operator.get("/v1/cluster/events?limit=101").code()).isEqualTo("invalid_argument");
        assertThat(operator.get("/v1/capabilities")
                        .json()
                        .at("/limits/body_bytes")
                        .asInt())
                .isEqualTo(65536);
    }

    @Test
    void statusNamesWhatAwaitsARestart_C4() {
        set(0, "{\"raft\": {\"heartbeat_ms\": 300}, \"limits\": {\"page_items\": 60}}");
        JsonNode component = operator.get(CONFIG + "/status").json().at("/components/0");
        assertThat(component.path("revision").asInt()).isEqualTo(1);
        assertThat(component.path("restart_keys")).extracting(JsonNode::asText).containsExactly("raft.heartbeat_ms");
        assertThat(component.path("lags").asBoolean()).isTrue();

        server.restart();
        operator = server.operator();

        JsonNode status = operator.get(CONFIG + "/status").json();
        assertThat(status.path("revision").asInt()).isEqualTo(1);
        assertThat(status.path("components"))
                .noneMatch(each -> each.path("lags").asBoolean());
        assertThat(operator.get("/v1/orgs?limit=61").code()).isEqualTo("invalid_argument");
    }

    @Test
    void onlyOperatorsReadAndChangeIt() {
        TestReply token = operator.post(
                "/v1/auth/tokens", ((ObjectNode) Json.parse("{\"name\": \"reader\", \"scopes\": [\"cluster:read\"]}")));
        TestClient reader = server.with(token.json().path("secret").asText());

        assertThat(reader.get(CONFIG).status()).isEqualTo(200);
        assertThat(reader.ifMatch(0).put(CONFIG, body(voters(5))).code()).isEqualTo("insufficient_scope");
    }
}
