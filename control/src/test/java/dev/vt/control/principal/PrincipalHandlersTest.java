package dev.vt.control.principal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PrincipalHandlersTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private TestClient operator;
    private String principals;

    @BeforeEach
    void signIn() {
        operator = server.operator();
        principals = "/v1/orgs/" + server.orgId() + "/service-principals";
    }

    private TestReply create(@Nullable String resource, String... scopes) {
        ObjectNode body = Json.object().put("name", "ci").put("resource", resource);
        var list = body.putArray("scopes");
        for (String scope : scopes) {
            list.add(scope);
        }
        return operator.post(principals, body);
    }

    private static TestReply mint(String clientId, String secret) {
        return server.anonymous()
                .post(
                        "/v1/auth/token",
                        Json.object()
                                .put("grant_type", "client_credentials")
                                .put("client_id", clientId)
                                .put("client_secret", secret));
    }

    private static TestReply mint(TestReply made) {
        return mint(
                made.resource().path("client_id").asText(),
                made.json().path("secret").asText());
    }

    private static TestClient with(TestReply minted) {
        assertThat(minted.status()).as(minted.toString()).isEqualTo(200);
        return server.with(minted.json().path("access_token").asText());
    }

    @Test
    void idAndSecretGiveAnAccessTokenWithoutRefreshA20() {
        TestReply made = create(null, "apps:read");
        TestReply minted = mint(made);

        assertThat(made.json().path("secret").asText()).matches("vt_cs_[A-Za-z0-9_-]{43}");
        assertThat(minted.json().path("access_token").asText()).matches("vt_at_[A-Za-z0-9_-]{43}");
        assertThat(minted.json().has("refresh_token")).isFalse();
        TestClient ci = with(minted);
        assertThat(ci.get("/v1/orgs/" + server.orgId() + "/apps").status()).isEqualTo(200);
        assertThat(ci.get("/v1/orgs/" + server.orgId() + "/projects").code()).isEqualTo("insufficient_scope");
        assertThat(ci.get("/v1/auth/whoami").json().path("actor_type").asText()).isEqualTo("service_principal");
        assertThat(ci.get("/v1/orgs/" + server.bootstrapped().orgId() + "/apps").code())
                .isEqualTo("not_found");
        assertThat(ci.get("/v1/cluster").code()).isEqualTo("forbidden");
    }

    @Test
    void wrongSecretsAndUnknownClientsAreOneAnswer() {
        TestReply made = create(null, "apps:read");
        String clientId = made.resource().path("client_id").asText();

        assertThat(mint(clientId, "vt_cs_wrong").code()).isEqualTo("invalid_credentials");
        assertThat(mint("cid_unknown", "vt_cs_wrong").json().path("detail"))
                .isEqualTo(mint(clientId, "vt_cs_wrong").json().path("detail"));
    }

    @Test
    void aPrincipalMadeByAnOperatorMayHaveTheCluster() {
        TestClient robot = with(mint(create(null, "cluster:read")));

        assertThat(robot.get("/v1/cluster").status()).isEqualTo(200);
        assertThat(robot.get("/v1/enrollment-tokens").code()).isEqualTo("insufficient_scope");
    }

    @Test
    void aChangeOfScopesCountsAtOnce() {
        TestReply made = create(null, "apps:read", "projects:read");
        TestClient ci = with(mint(made));
        String projects = "/v1/orgs/" + server.orgId() + "/projects";
        assertThat(ci.get(projects).status()).isEqualTo(200);

        ObjectNode patch = Json.object();
        patch.putArray("scopes").add("apps:read");
        operator.patch(principals + "/" + made.id(), patch);

        assertThat(ci.get(projects).code()).isEqualTo("insufficient_scope");
        operator.delete(principals + "/" + made.id());
        assertThat(ci.get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
        assertThat(mint(made).code()).isEqualTo("invalid_credentials");
    }

    @Test
    void boundToAnEnvironmentItSeesThatAndTheWayDown() {
        Shop shop = Shop.on(server);
        Shop other = shop.another("other");
        TestClient ci = with(mint(create(
                shop.envId(),
                "orgs:read",
                "projects:read",
                "apps:read",
                "envs:read",
                "envs:write",
                "secrets:write",
                "secrets:read-metadata")));

        assertThat(ci.get(shop.env()).status()).isEqualTo(200);
        assertThat(ci.get(shop.app()).status()).isEqualTo(200);
        assertThat(ci.get(shop.org() + "/apps").json().path("items")).hasSize(1);
        assertThat(ci.get(shop.app() + "/envs").json().path("items")).hasSize(1);
        assertThat(ci.get(other.env()).code()).isEqualTo("not_found");
        assertThat(ci.get(other.app()).code()).isEqualTo("not_found");
        assertThat(ci.key("bound-key-1")
                        .post(shop.app() + "/envs", Json.object().put("name", "more"))
                        .code())
                .isEqualTo("insufficient_scope");
        assertThat(ci.get(shop.org() + "/members").code()).isEqualTo("insufficient_scope");
    }

    @Test
    void inItsProtectedEnvironmentAPrincipalIsLikeAnAdmin() {
        Shop shop = Shop.on(server);
        operator.patch(shop.env(), Json.object().put("protected", true));
        TestClient bound = with(mint(create(shop.envId(), "secrets:write")));
        TestClient free = with(mint(operator.post(
                principals,
                Json.object()
                        .put("name", "free")
                        .set("scopes", Json.object().arrayNode().add("secrets:write")))));

        assertThat(free.key("protected-1")
                        .post(shop.env() + "/secrets/confirm-none", Json.object())
                        .code())
                .isEqualTo("protected_env");
        assertThat(bound.key("protected-2")
                        .post(shop.env() + "/secrets/confirm-none", Json.object())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void afterARotationTheOldSecretWorksForTheOverlap() {
        TestReply made = create(null, "apps:read");
        TestReply rotated = operator.post(
                principals + "/" + made.id() + "/rotate", Json.object().put("overlap_seconds", 3600));

        assertThat(mint(made).status()).isEqualTo(200);
        assertThat(mint(rotated).status()).isEqualTo(200);
        server.advance(Duration.ofSeconds(3601));
        assertThat(mint(made).code()).isEqualTo("invalid_credentials");
        assertThat(mint(rotated).status()).isEqualTo(200);
        assertThat(operator.post(
                                principals + "/" + made.id() + "/rotate",
                                Json.object().put("overlap_seconds", 90000))
                        .code())
                .isEqualTo("invalid_argument");
        operator.send("POST", principals + "/" + made.id() + "/rotate", null);
        assertThat(mint(rotated).code()).isEqualTo("invalid_credentials");
    }

    @Test
    void anAccessTokenLivesFifteenMinutesAndCanBeRevoked() {
        TestReply made = create(null, "apps:read");
        TestReply first = mint(made);
        TestClient ci = with(first);
        server.advance(Duration.ofMinutes(16));
        assertThat(ci.get("/v1/auth/whoami").code()).isEqualTo("token_expired");

        TestReply second = mint(made);
        server.anonymous()
                .post(
                        "/v1/auth/revoke",
                        Json.object()
                                .put("token", second.json().path("access_token").asText()));
        assertThat(with(second).get("/v1/auth/whoami").code()).isEqualTo("unauthorized");
    }

    @Test
    void namesAreUniqueInTheOrg() {
        TestReply made = create(null, "apps:read");

        assertThat(create(null, "apps:read").code()).isEqualTo("name_taken");
        assertThat(operator.delete(principals + "/" + made.id()).receiptStatus())
                .isEqualTo("applied");
        assertThat(operator.delete(principals + "/" + made.id()).receiptStatus())
                .isEqualTo("unchanged");
        assertThat(create(null, "apps:read").status()).isEqualTo(201);
    }

    @Test
    void everyChangeAndEveryTokenIsAudited() throws InterruptedException {
        TestReply made = create(null, "apps:read");
        mint(made);
        mint(made.resource().path("client_id").asText(), "vt_cs_wrong");
        operator.delete(principals + "/" + made.id());
        server.verify();

        List<String> seen = new ArrayList<>();
        operator.get("/v1/orgs/" + server.orgId() + "/audit?resource=" + made.id())
                .json()
                .path("items")
                .forEach(item -> seen.add(item.path("action").asText() + " "
                        + item.path("decision").asText()));
        assertThat(seen)
                .containsExactly(
                        "service_principal.create allow",
                        "auth.token allow",
                        "auth.token deny",
                        "service_principal.delete allow");
    }

    @Test
    void neitherSecretNorTokenIsInAnyEventS3() {
        TestReply made = create(null, "apps:read");
        String secret = made.json().path("secret").asText();
        String token = mint(made).json().path("access_token").asText();

        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .allSatisfy(event -> assertThat(EventJson.write(event).toString())
                        .doesNotContain(secret)
                        .doesNotContain(token)
                        .doesNotContain("argon2"));
    }
}
