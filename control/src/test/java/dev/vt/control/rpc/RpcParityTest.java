package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.GetNodeRequest;
import dev.vt.api.cluster.v1.ListAuditRequest;
import dev.vt.api.cluster.v1.ListAuditResponse;
import dev.vt.api.cluster.v1.Problem;
import dev.vt.api.cluster.v1.SetConfigRequest;
import dev.vt.api.cluster.v1.UpdateNodeRequest;
import dev.vt.control.rpc.RpcSamples.Sample;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every method of the public API answers as its operation does over HTTP (cluster.md §9, §10.11). */
class RpcParityTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    /** A derived view goes on with the events that the calls themselves append. */
    private static final List<String> NOT_COMPARED = List.of("last_event_id");

    private final Map<String, RpcMethod> methods = new HashMap<>();
    private @Nullable RpcSamples samples;
    private @Nullable TestRpc rpc;

    @BeforeEach
    void connect() {
        rpc = TestRpc.on(server).token(server.bootstrapped().token());
        String node;
        try (TestMember member = TestMember.enrolled(server, "node", "n1")) {
            node = member.id();
        }
        String serverId =
                server.operator().get("/v1/servers").json().at("/items/0/id").asText();
        String token = server.operator()
                .post("/v1/enrollment-tokens", Json.object().put("kind", "node"))
                .id();
        server.operator()
                .patch(
                        "/v1/nodes/" + node,
                        Json.parse("{\"labels\":{\"gone\":\"soon\"}}".getBytes(StandardCharsets.UTF_8)));
        server.operator()
                .ifMatch(0)
                .put(
                        "/v1/cluster/config",
                        Json.parse("{\"document\":{\"limits\":{\"reads_per_minute\":3000}}}"
                                .getBytes(StandardCharsets.UTF_8)));
        samples = RpcSamples.of(serverId, node, token);
        for (RpcMethod method : RpcApi.methods(server.control().endpoints())) {
            methods.put(method.name().substring("vt.cluster.v1.".length()), method);
        }
    }

    @AfterEach
    void disconnect() {
        rpc().close();
    }

    private TestRpc rpc() {
        if (rpc == null) {
            throw new IllegalStateException("not connected");
        }
        return rpc;
    }

    @Test
    void everyMethodHasASample() {
        assertThat(new TreeSet<>(samples().names())).isEqualTo(new TreeSet<>(methods.keySet()));
    }

    /**
     * A mutation is sent over gRPC and repeated over HTTP with the same key: what replays is the same operation of the same actor
     * with the same request, and has the same answer. What has no key is asked twice.
     */
    @Test
    void everyMethodAnswersAsItsOperationDoes() {
        List<String> wrong = new ArrayList<>();
        List<String> applied = new ArrayList<>();
        samples().forEach((name, sample) -> {
            RpcMethod method = method(name);
            if (!method.descriptor().getType().serverSendsOneMessage()) {
                return;
            }
            String key = "parity-" + name.replace('/', '.');
            TestRpc.Outcome overRpc = sample.ifMatch() == 0
                    ? rpc().key(key).call(method.descriptor(), sample.request())
                    : rpc().key(key).ifMatch(sample.ifMatch()).call(method.descriptor(), sample.request());
            TestReply overHttp = overHttp(server.operator().key(key), sample);
            String difference = overRpc.problem() == null
                    ? difference(overRpc.message(), overHttp)
                    : difference(overRpc.problem(), overHttp);
            if (!difference.isEmpty()) {
                wrong.add(name + ": " + difference);
            } else if (overHttp.receiptStatus().equals("replayed")) {
                applied.add(name);
            }
        });
        assertThat(wrong).isEmpty();
        // Or the comparison would be one of refusals.
        assertThat(applied)
                .contains(
                        "ClusterService/CreateToken",
                        "ClusterService/RevokeToken",
                        "NodeService/Update",
                        "NodeService/Activate",
                        "NodeService/Drain",
                        "NodeService/Disable",
                        "NodeService/Revoke",
                        "ConfigService/Set",
                        "ConfigService/Rollback");
    }

    private static TestReply overHttp(TestClient client, Sample sample) {
        TestClient with = sample.ifMatch() == 0 ? client : client.ifMatch(sample.ifMatch());
        String body = sample.body();
        return with.send(sample.verb(), sample.target(), body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }

    private static String difference(Message response, TestReply reply) {
        if (reply.status() >= 300) {
            return "answered over gRPC, but over HTTP " + reply;
        }
        String mine = CanonicalJson.text(comparable(ProtoJson.write(response)));
        String theirs = CanonicalJson.text(comparable(reply.json()));
        return mine.equals(theirs) ? "" : mine + "\n  " + theirs;
    }

    private static String difference(Problem problem, TestReply reply) {
        JsonNode theirs = reply.json();
        ObjectNode mine = Json.object()
                .put("code", problem.getCode())
                .put("detail", problem.getDetail())
                .put("retryable", problem.getRetryable());
        mine.set("details", Json.parse(problem.getDetailsJson().toByteArray()));
        for (String name : List.of("code", "detail", "retryable", "details")) {
            if (!mine.path(name).toString().equals(theirs.path(name).toString())) {
                return mine + "\n  " + theirs;
            }
        }
        return problem.getHint().equals(theirs.path("hint").asText("")) ? "" : "other hints";
    }

    /** Without what protobuf does not tell from not being there, and without what the second call itself changes. */
    private static JsonNode comparable(JsonNode answer) {
        ObjectNode out = Json.object();
        answer.properties().forEach(member -> {
            JsonNode value = member.getValue();
            if (value.isObject()) {
                value = comparable(value);
            } else if (value.isArray()) {
                var items = Json.array();
                value.forEach(item -> items.add(item.isObject() ? comparable(item) : item));
                value = items;
            }
            boolean absent = value.isNull()
                    || value.isContainerNode() && value.isEmpty()
                    || value.isTextual() && value.textValue().isEmpty()
                    || value.isBoolean() && !value.booleanValue()
                    || value.isNumber() && value.longValue() == 0;
            if (!absent && !NOT_COMPARED.contains(member.getKey())) {
                out.set(member.getKey(), value);
            }
        });
        // The first answer alone says applied, and has the secret.
        if (out.has("receipt")) {
            out.withObjectProperty("receipt").remove(List.of("status"));
            out.remove("secret");
        }
        return out;
    }

    @Test
    void aKeyUsedForAnotherRequestIsRefusedAcrossProtocols() {
        Sample disable = sample("NodeService/Disable");
        assertThat(call("NodeService/Disable", rpc().key("one-key-only"), disable.request())
                        .code())
                .isEqualTo("ok");

        TestReply other = server.operator()
                .key("one-key-only")
                .send("POST", disable.target(), "{\"reason\":\"other\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(other.code()).isEqualTo("idempotency_key_reuse");
    }

    @Test
    void whatHttpAsksForInHeadersIsAskedForInMetadata() {
        Message disable = sample("NodeService/Disable").request();
        Message set = sample("ConfigService/Set").request();

        assertThat(call("NodeService/Disable", rpc(), disable).code()).isEqualTo("idempotency_key_required");
        assertThat(call("ConfigService/Set", rpc(), set).code()).isEqualTo("if_match_required");
        TestRpc.Outcome stale = call("ConfigService/Set", rpc().ifMatch(7), set);
        assertThat(stale.code()).isEqualTo("version_conflict");
        assertThat(stale.details().path("current_version").asInt()).isEqualTo(1);
        assertThat(call(
                                "NodeService/Get",
                                rpc().with("vt-min-event-id", "x"),
                                sample("NodeService/Get").request())
                        .code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void answersAndRefusalsCarryTheRequestIdAndTheCursor() {
        TestRpc.Outcome node = call(
                "NodeService/Get",
                rpc().with("x-request-id", "mine-1"),
                sample("NodeService/Get").request());
        assertThat(node.metadata("x-request-id")).isEqualTo("mine-1");
        assertThat(Long.parseLong(node.metadata("vt-event-id"))).isPositive();
        assertThat(node.metadata("etag")).matches("\"\\d+\"");
        assertThat(node.metadata("ratelimit-limit")).isNotEqualTo("null");

        TestRpc.Outcome refused = call(
                "NodeService/Get",
                rpc().with("x-request-id", "mine-2"),
                GetNodeRequest.newBuilder().setNodeId("node_" + "0".repeat(26)).build());
        assertThat(refused.code()).isEqualTo("not_found");
        assertThat(refused.metadata("x-request-id")).isEqualTo("mine-2");
        assertThat(refused.metadata("vt-code")).isEqualTo("not_found");
    }

    @Test
    void whatIsUnknownOrEmptyIsNotFoundEverywhere() {
        String nothing = "0".repeat(26);
        RpcSamples unknown = RpcSamples.of("srv_" + nothing, "node_" + nothing, "etk_" + nothing);
        unknown.forEach((name, sample) -> {
            RpcMethod method = method(name);
            if (method.endpoint().path().text().contains("_id}")) {
                TestRpc.Outcome outcome =
                        rpc().key("unknown-" + name.replace('/', '.')).call(method.descriptor(), sample.request());
                assertThat(outcome.code()).as(name).isEqualTo("not_found");
                assertThat(overHttp(server.operator(), sample).code()).as(name).isEqualTo("not_found");
                Message empty = sample.request().newBuilderForType().build();
                assertThat(rpc().key("empty-request")
                                .call(method.descriptor(), empty)
                                .code())
                        .as(name)
                        .isEqualTo("not_found");
            }
        });
    }

    @Test
    void hostileRequestsAreRefusedWithTheCodesOfHttp() {
        UpdateNodeRequest node =
                (UpdateNodeRequest) sample("NodeService/Update").request();
        SetConfigRequest config = (SetConfigRequest) sample("ConfigService/Set").request();
        String nul = "a\u0000b";

        assertThat(update(node.toBuilder().addRemoveLabels("zone"))).isEqualTo("invalid_argument");
        assertThat(update(node.toBuilder().putLabels("k", nul))).isEqualTo("malformed_body");
        assertThat(update(node.toBuilder().putLabels("k", "x".repeat(1 << 20)))).isEqualTo("payload_too_large");
        assertThat(update(node.toBuilder().setNodeId("../nodes"))).isEqualTo("not_found");
        assertThat(update(node.toBuilder().setNodeId("a/b?c=d"))).isEqualTo("not_found");
        assertThat(set(config, "{")).isEqualTo("malformed_body");
        assertThat(set(config, "[1]")).isEqualTo("invalid_argument");
        assertThat(set(config, "{\"a\":1,\"a\":2}")).isEqualTo("malformed_body");
        assertThat(set(config, "{\"limits\":{\"reads_per_minut\":1}}")).isEqualTo("config_invalid");
    }

    /** Trailers have a bound at the client: a refusal for very many reasons still arrives. */
    @Test
    void aRefusalWithVeryManyReasonsIsShortened() {
        StringBuilder keys = new StringBuilder("{\"limits\":{\"k0\":1");
        for (int i = 1; i < 500; i++) {
            keys.append(",\"k").append(i).append("\":1");
        }
        SetConfigRequest.Builder request =
                SetConfigRequest.newBuilder().setDocumentJson(ByteString.copyFromUtf8(keys + "}}"));

        TestRpc.Outcome refused = call("ConfigService/Set", rpc().ifMatch(1), request.build());

        assertThat(refused.code()).isEqualTo("config_invalid");
        JsonNode details = refused.details();
        assertThat(details.path("errors").size()
                        + details.path("errors_omitted").asInt())
                .isEqualTo(500);
    }

    @Test
    void pagesAreTheSameWalkInBothProtocols() {
        Message first = ListAuditRequest.newBuilder().setLimit(1).build();
        TestRpc.Outcome page = call("AuditService/List", rpc(), first);
        String cursor = ((ListAuditResponse) page.message()).getNextCursor();

        TestReply second = server.operator().get("/v1/audit?limit=1&cursor=" + cursor);
        TestRpc.Outcome same = call(
                "AuditService/List",
                rpc(),
                ListAuditRequest.newBuilder().setLimit(1).setCursor(cursor).build());

        assertThat(difference(same.message(), second)).isEmpty();
        assertThat(call(
                                "AuditService/List",
                                rpc(),
                                ListAuditRequest.newBuilder()
                                        .setLimit(1)
                                        .setOrder("desc")
                                        .setCursor(cursor)
                                        .build())
                        .code())
                .isEqualTo("cursor_invalid");
    }

    @Test
    void mutationsAndRefusalsAreAuditedAlike() throws InterruptedException {
        call(
                "NodeService/Disable",
                rpc().key("audited-1"),
                sample("NodeService/Disable").request());
        server.verify();

        JsonNode record =
                server.operator().get("/v1/audit?action=nodes.disable").json().at("/items/0");
        assertThat(record.path("decision").asText()).isEqualTo("allow");
        assertThat(record.path("actor_id").asText())
                .isEqualTo(server.bootstrapped().userId());
        assertThat(record.path("source_net").asText()).startsWith("127.0.0.");
        assertThat(record.path("user_agent").asText()).startsWith("grpc-java");
    }

    private RpcMethod method(String name) {
        RpcMethod found = methods.get(name);
        if (found == null) {
            throw new AssertionError("no method " + name);
        }
        return found;
    }

    private RpcSamples samples() {
        if (samples == null) {
            throw new IllegalStateException("not connected");
        }
        return samples;
    }

    private Sample sample(String name) {
        return samples().get(name);
    }

    private TestRpc.Outcome call(String name, TestRpc client, Message request) {
        return client.call(method(name).descriptor(), request);
    }

    private String update(UpdateNodeRequest.Builder request) {
        return call("NodeService/Update", rpc(), request.build()).code();
    }

    private String set(SetConfigRequest request, String document) {
        return call(
                        "ConfigService/Set",
                        rpc().ifMatch(1),
                        request.toBuilder()
                                .setDocumentJson(ByteString.copyFromUtf8(document))
                                .build())
                .code();
    }
}
