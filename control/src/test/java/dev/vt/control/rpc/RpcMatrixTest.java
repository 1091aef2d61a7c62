package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.auth.Scopes;
import dev.vt.control.http.Access;
import dev.vt.control.rpc.RpcSamples.Sample;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every method × every kind of caller, as {@code RightsMatrixTest} does for endpoints. A call whose idempotency key is malformed is
 * refused for that only once its caller may call: {@code invalid_argument} means allowed, and nothing is ever executed.
 */
class RpcMatrixTest {
    @RegisterExtension
    final TestServer server = TestServer.limitedTo(new RateLimiter.Limits(10_000, 10_000, 1_000, 1_000));

    private static final String ALLOWED = "allowed";
    private static final String NOBODY_KNOWS = "x";

    /** @param expected of a method that operators may call with this scope */
    private record Caller(TestClient http, TestRpc rpc, Expected expected) {}

    private interface Expected {
        String of(String scope);
    }

    @Test
    void everyCallerAtEveryMethodIsJudgedAsOverHttp() {
        List<String> all = List.copyOf(Scopes.all());
        People.Person owner = People.member(server, "owner2@example.com", "owner");
        People.Person operator = operator();
        try (TestRpc rpc = TestRpc.on(server)) {
            Map<String, Caller> callers = new LinkedHashMap<>();
            callers.put("nobody", new Caller(server.anonymous(), rpc, scope -> "unauthorized"));
            callers.put("junk", caller(rpc, "vt_pat_" + "A".repeat(43), scope -> "unauthorized"));
            for (String role : List.of("readonly", "developer", "admin")) {
                People.Person person = People.member(server, role + "@example.com", role);
                callers.put(role, caller(rpc, person.secret(all, null), scope -> "forbidden"));
            }
            callers.put("owner", caller(rpc, owner.secret(all, null), scope -> "forbidden"));
            callers.put("operator", caller(rpc, operator.secret(all, null), scope -> ALLOWED));
            callers.put(
                    "operator who may read",
                    caller(
                            rpc,
                            operator.secret(List.of("cluster:read"), null),
                            scope -> scope.equals("cluster:read") ? ALLOWED : "insufficient_scope"));
            callers.put(
                    "stranger",
                    caller(rpc, People.user(server, "stranger@example.com").secret(all, null), scope -> "forbidden"));

            List<String> wrong = new ArrayList<>();
            String nothing = "1".repeat(26);
            RpcSamples samples = RpcSamples.of("srv_" + nothing, "node_" + nothing, "etk_" + nothing);
            for (RpcMethod method : RpcApi.methods(server.control().endpoints())) {
                Sample sample = samples.get(method.name().substring("vt.cluster.v1.".length()));
                callers.forEach((name, caller) -> {
                    String expected = caller.expected().of(scope(method));
                    String overRpc = outcome(caller.rpc()
                            .key(NOBODY_KNOWS)
                            .ifMatch(1)
                            .call(method.descriptor(), sample.request())
                            .code());
                    String overHttp = outcome(caller.http()
                            .key(NOBODY_KNOWS)
                            .ifMatch(1)
                            .send(sample.verb(), sample.target(), null)
                            .code());
                    if (!overRpc.equals(expected) || !overHttp.equals(expected)) {
                        wrong.add(method.name() + " as " + name + ": " + overRpc + ", over HTTP " + overHttp + ", not "
                                + expected);
                    }
                });
            }
            assertThat(wrong).isEmpty();
        }
    }

    private Caller caller(TestRpc rpc, String secret, Expected expected) {
        return new Caller(server.with(secret), rpc.token(secret), expected);
    }

    private static String outcome(String code) {
        return code.equals("invalid_argument") ? ALLOWED : code;
    }

    private static String scope(RpcMethod method) {
        return method.endpoint().access() instanceof Access.Operator(String scope) ? scope : "";
    }

    private People.Person operator() {
        People.Person person = People.user(server, "root@example.com");
        server.operator()
                .post(
                        "/v1/users/" + person.userId() + "/operator",
                        Json.object().put("operator", true));
        return People.signIn(server, person.userId(), person.email());
    }

    /** A21: a browser's session is worth nothing here, so no page can ride on it. */
    @Test
    void aCookieIsNotLookedAt() {
        People.Person operator = operator();
        try (TestRpc rpc = TestRpc.on(server)) {
            Message request = RpcSamples.of("srv_1", "node_1", "etk_1")
                    .get("ClusterService/GetStatus")
                    .request();
            assertThat(operator.console().get("/v1/cluster").status()).isEqualTo(200);
            assertThat(rpc.with("cookie", "__Host-vt_session=" + operator.cookie())
                            .call(method("cluster.get"), request)
                            .code())
                    .isEqualTo("unauthorized");
        }
    }

    private io.grpc.MethodDescriptor<Message, Message> method(String operation) {
        return RpcApi.methods(server.control().endpoints()).stream()
                .filter(method -> method.endpoint().operation().equals(operation))
                .findFirst()
                .orElseThrow()
                .descriptor();
    }

    @Test
    void aRevokedTokenIsRefusedAtOnceAndDenialsAreAudited() {
        String token = People.member(server, "dev@example.com", "developer").secret(List.copyOf(Scopes.all()), null);
        try (TestRpc rpc = TestRpc.on(server).token(token).key("denied-key-1")) {
            Message drain = RpcSamples.of("srv_1", "node_1", "etk_1")
                    .get("NodeService/Drain")
                    .request();
            assertThat(rpc.call(method("nodes.drain"), drain).code()).isEqualTo("forbidden");
            server.control().denials().reconcile();

            assertThat(server.operator()
                            .get("/v1/cluster/events?type=audit.recorded")
                            .json()
                            .findValuesAsText("decision"))
                    .contains("deny");
        }
    }
}
