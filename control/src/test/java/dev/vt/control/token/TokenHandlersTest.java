package dev.vt.control.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TokenHandlersTest {
    private static final String TOKENS = "/v1/auth/tokens";

    @RegisterExtension
    final TestServer server = TestServer.still();

    private TestClient operator;

    @BeforeEach
    void signIn() {
        operator = server.operator();
    }

    private static ObjectNode body(String... scopes) {
        ObjectNode body = Json.object().put("name", "ci");
        var list = body.putArray("scopes");
        for (String scope : scopes) {
            list.add(scope);
        }
        return body;
    }

    private TestClient with(TestReply made) {
        return server.with(made.json().path("secret").asText());
    }

    @Test
    void aTokenHasItsPrefixAnd43CharactersA17() {
        TestReply made = operator.post(TOKENS, body("apps:read"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("secret").asText()).matches("vt_pat_[A-Za-z0-9_-]{43}");
        assertThat(made.resource().toString())
                .doesNotContain(made.json().path("secret").asText());
    }

    @Test
    void scopesAreCheckedPerEndpoint() {
        TestClient reader = with(operator.post(TOKENS, body("apps:read")));
        String org = "/v1/orgs/" + server.orgId();

        assertThat(reader.get(org + "/apps").status()).isEqualTo(200);
        TestReply refused = reader.get(org + "/projects");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("insufficient_scope");
        assertThat(refused.json().at("/details/scope").asText()).isEqualTo("projects:read");
        assertThat(reader.get("/v1/cluster").code()).isEqualTo("insufficient_scope");
        assertThat(reader.get("/v1/orgs").code()).isEqualTo("insufficient_scope");
        assertThat(reader.get("/v1/auth/whoami").status()).isEqualTo(200);
    }

    @Test
    void aTokenGivesNoMoreThanItHas() {
        TestClient reader = with(operator.post(TOKENS, body("apps:read")));

        assertThat(reader.post(TOKENS, body("apps:read", "apps:write")).code()).isEqualTo("insufficient_scope");
        assertThat(reader.post(TOKENS, body("apps:read")).status()).isEqualTo(201);
        assertThat(operator.post(TOKENS, body("apps:everything")).code()).isEqualTo("invalid_argument");
    }

    @Test
    void aTokenBoundToAnOrgSeesNoOther() {
        String other =
                operator.post("/v1/orgs", Json.object().put("name", "other")).id();
        TestClient bound = with(operator.post(
                TOKENS, body("orgs:read", "apps:read", "cluster:read").put("resource", other)));

        assertThat(bound.get("/v1/orgs/" + other).status()).isEqualTo(200);
        assertThat(bound.get("/v1/orgs/" + server.orgId() + "/apps").code()).isEqualTo("not_found");
        assertThat(bound.get("/v1/orgs").json().path("items")).hasSize(1);
        assertThat(bound.get("/v1/cluster").status()).isEqualTo(403);
        assertThat(bound.post(TOKENS, body("apps:read")).code()).isEqualTo("insufficient_scope");
        assertThat(operator.post(TOKENS, body("apps:read").put("resource", "org_00000000000000000000000000"))
                        .code())
                .isEqualTo("not_found");
    }

    @Test
    void revocationIsEffectiveAtOnce() {
        TestReply made = operator.post(TOKENS, body("apps:read"));
        TestClient reader = with(made);
        assertThat(reader.get("/v1/auth/whoami").status()).isEqualTo(200);

        assertThat(operator.delete(TOKENS + "/" + made.id()).status()).isEqualTo(200);

        assertThat(reader.get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
        assertThat(operator.delete(TOKENS + "/" + made.id()).receiptStatus()).isEqualTo("unchanged");
        assertThat(operator.get(TOKENS).json().path("items")).hasSize(1);
        assertThat(operator.get(TOKENS + "?include_deleted=true").json().path("items"))
                .hasSize(2);
    }

    @Test
    void expiryIsAtMost90DaysAndInTheFuture() {
        Instant now = Instant.now();

        assertThat(operator.post(
                                TOKENS,
                                body("apps:read")
                                        .put(
                                                "expires_at",
                                                now.plus(Duration.ofDays(91)).toString()))
                        .code())
                .isEqualTo("invalid_argument");
        assertThat(operator.post(
                                TOKENS,
                                body("apps:read")
                                        .put("expires_at", now.minusSeconds(1).toString()))
                        .code())
                .isEqualTo("invalid_argument");
        assertThat(operator.post(TOKENS, body("apps:read").put("expires_at", "tomorrow"))
                        .code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void anExpiredTokenSaysSo() throws InterruptedException {
        Instant soon = Instant.now().plusMillis(700);
        TestClient brief = with(operator.post(TOKENS, body("apps:read").put("expires_at", soon.toString())));
        assertThat(brief.get("/v1/auth/whoami").status()).isEqualTo(200);

        TestReply reply = brief.get("/v1/auth/whoami");
        while (reply.status() == 200) {
            reply = brief.get("/v1/auth/whoami");
        }

        assertThat(reply.code()).isEqualTo("token_expired");
    }

    @Test
    void issueAndRevocationAreAudited() throws InterruptedException {
        TestReply made = operator.post(TOKENS, body("apps:read"));
        operator.delete(TOKENS + "/" + made.id());
        server.verify();

        var items = operator.get("/v1/audit?resource=" + made.id()).json().path("items");

        assertThat(items).hasSize(2);
        assertThat(items.get(0).path("action").asText()).isEqualTo("token.create");
        assertThat(items.get(1).path("action").asText()).isEqualTo("token.revoke");
        assertThat(items.get(0).path("source_net").asText()).isEqualTo("127.0.0.0/24");
    }

    @Test
    void neitherTokenNorHashIsInAnyEventS3() {
        String token =
                operator.post(TOKENS, body("apps:read")).json().path("secret").asText();
        String hash = Digests.sha256Hex(token.getBytes(StandardCharsets.US_ASCII));

        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .allSatisfy(event -> assertThat(EventJson.write(event).toString())
                        .doesNotContain(token)
                        .doesNotContain(hash));
    }
}
