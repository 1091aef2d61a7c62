package dev.vt.control.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A18, A19. */
class DeviceFlowTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private static final String NONCE = "nonce-0123456789";

    private static int people;

    private static People.Person person() {
        return People.member(server, "d" + ++people + "@example.com", "developer");
    }

    private static JsonNode start() {
        TestReply started =
                server.anonymous().post("/v1/auth/device/start", Json.object().put("client_name", "vt on <laptop>"));
        assertThat(started.status()).as(started.toString()).isEqualTo(200);
        return started.json();
    }

    private static TestReply poll(JsonNode started) {
        return server.anonymous()
                .post(
                        "/v1/auth/device/token",
                        Json.object()
                                .put("device_code", started.path("device_code").asText()));
    }

    private static TestReply decide(People.Person person, JsonNode started, String decision) {
        ObjectNode body = Json.object()
                .put("user_code", started.path("user_code").asText().toLowerCase(Locale.ROOT))
                .put("decision", decision);
        return person.console().post("/v1/auth/device/decide", body);
    }

    private static JsonNode signedIn(People.Person person) {
        JsonNode started = start();
        assertThat(decide(person, started, "approve").status()).isEqualTo(200);
        TestReply tokens = poll(started);
        assertThat(tokens.status()).as(tokens.toString()).isEqualTo(200);
        return tokens.json();
    }

    private static TestReply refresh(String token, String nonce) {
        return server.anonymous()
                .post(
                        "/v1/auth/refresh",
                        Json.object().put("refresh_token", token).put("nonce", nonce));
    }

    private static String whoami(JsonNode tokens) {
        TestReply reply = server.with(tokens.path("access_token").asText()).get("/v1/auth/whoami");
        return reply.status() == 200 ? reply.json().path("actor_id").asText() : reply.code();
    }

    @Test
    void aProgramIsLetInByAPersonA18() {
        People.Person person = person();
        JsonNode started = start();

        assertThat(started.path("user_code").asText()).matches("[A-Z]{4}-[A-Z]{4}");
        assertThat(started.path("device_code").asText()).matches("vt_dc_[A-Za-z0-9_-]{43}");
        assertThat(poll(started).code()).isEqualTo("authorization_pending");
        assertThat(decide(person, started, "approve").status()).isEqualTo(200);
        server.advance(Duration.ofSeconds(6));
        TestReply tokens = poll(started);
        assertThat(tokens.status()).as(tokens.toString()).isEqualTo(200);
        assertThat(tokens.json().path("access_token").asText()).matches("vt_at_[A-Za-z0-9_-]{43}");
        assertThat(whoami(tokens.json())).isEqualTo(person.userId());
        server.advance(Duration.ofSeconds(6));
        assertThat(poll(started).code()).isEqualTo("expired_token");
        assertThat(decide(person, started, "approve").code()).isEqualTo("not_found");
    }

    @Test
    void pollingTooOftenSlowsDownA18() {
        JsonNode started = start();
        poll(started);

        TestReply hurried = poll(started);

        assertThat(hurried.code()).isEqualTo("slow_down");
        assertThat(hurried.json().at("/details/interval").asLong()).isEqualTo(10);
        assertThat(poll(started).json().at("/details/interval").asLong()).isEqualTo(15);
        server.advance(Duration.ofSeconds(15));
        assertThat(poll(started).code()).isEqualTo("authorization_pending");
    }

    @Test
    void aRefusalAndTheEndOfTheCodeAreTold() {
        People.Person person = person();
        JsonNode refused = start();
        assertThat(decide(person, refused, "deny").status()).isEqualTo(200);
        assertThat(poll(refused).code()).isEqualTo("access_denied");

        JsonNode late = start();
        server.advance(Duration.ofMinutes(11));
        assertThat(poll(late).code()).isEqualTo("expired_token");
        assertThat(poll(Json.object().put("device_code", "nonsense")).code()).isEqualTo("expired_token");
    }

    @Test
    void theSameNonceGetsTheSameAnswerA19() {
        JsonNode tokens = signedIn(person());
        String old = tokens.path("refresh_token").asText();

        TestReply first = refresh(old, NONCE);
        TestReply again = refresh(old, NONCE);

        assertThat(first.status()).as(first.toString()).isEqualTo(200);
        assertThat(first.json().path("refresh_token").asText()).isNotEqualTo(old);
        assertThat(again.json().path("refresh_token")).isEqualTo(first.json().path("refresh_token"));
        assertThat(again.json().path("access_token")).isEqualTo(first.json().path("access_token"));
        assertThat(again.json().path("expires_at")).isEqualTo(first.json().path("expires_at"));
        assertThat(whoami(first.json())).startsWith("usr_");
    }

    @Test
    void anotherProcessIsToldToReadAgainA19() {
        JsonNode tokens = signedIn(person());
        String old = tokens.path("refresh_token").asText();
        TestReply won = refresh(old, NONCE);

        TestReply lost = refresh(old, "nonce-9876543210");

        assertThat(lost.code()).isEqualTo("refresh_race");
        assertThat(whoami(won.json())).startsWith("usr_");
        assertThat(refresh(won.json().path("refresh_token").asText(), "nonce-1111111111")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void ofManyWhoRefreshAtOnceOneWinsA19() throws InterruptedException, ExecutionException {
        String old = signedIn(person()).path("refresh_token").asText();
        List<Callable<TestReply>> racers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String nonce = "racing-nonce-000" + i;
            racers.add(() -> refresh(old, nonce));
        }

        List<String> outcomes = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<TestReply> reply : executor.invokeAll(racers)) {
                outcomes.add(reply.get().status() == 200 ? "won" : reply.get().code());
            }
        }

        assertThat(outcomes).containsOnlyOnce("won");
        assertThat(outcomes)
                .allMatch(outcome ->
                        List.of("won", "refresh_race", "concurrent_update").contains(outcome));
    }

    @Test
    void aStolenTokenEndsTheFamilyA19() throws InterruptedException {
        JsonNode tokens = signedIn(person());
        String old = tokens.path("refresh_token").asText();
        JsonNode next = refresh(old, NONCE).json();
        server.advance(Duration.ofSeconds(61));

        assertThat(refresh(old, NONCE).code()).isEqualTo("token_revoked");

        assertThat(whoami(next)).isEqualTo("token_revoked");
        assertThat(whoami(tokens)).isEqualTo("token_revoked");
        assertThat(refresh(next.path("refresh_token").asText(), NONCE).code()).isEqualTo("token_revoked");
        server.verify();
        assertThat(server.operator().get("/v1/audit?action=token.reuse").json().path("items"))
                .hasSize(1)
                .allMatch(item -> item.path("decision").asText().equals("deny"));
    }

    @Test
    void tokensEndInTheirTimeA19() {
        JsonNode tokens = signedIn(person());
        server.advance(Duration.ofMinutes(16));
        assertThat(whoami(tokens)).isEqualTo("token_expired");
        JsonNode next = refresh(tokens.path("refresh_token").asText(), NONCE).json();
        assertThat(whoami(next)).startsWith("usr_");

        server.advance(Duration.ofDays(31));

        assertThat(refresh(next.path("refresh_token").asText(), NONCE).code()).isEqualTo("token_expired");
    }

    @Test
    void revokingEitherTokenEndsTheSignIn() {
        JsonNode tokens = signedIn(person());

        server.anonymous()
                .post(
                        "/v1/auth/revoke",
                        Json.object().put("token", tokens.path("refresh_token").asText()));

        assertThat(whoami(tokens)).isEqualTo("token_revoked");
        assertThat(server.anonymous()
                        .post("/v1/auth/revoke", Json.object().put("token", "nonsense"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void thePageWorksWithoutAConsoleOrScript() {
        People.Person person = person();
        JsonNode started = start();
        String code = started.path("user_code").asText();
        TestReply first = server.anonymous().get("/device?code=" + code);

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("Content-Security-Policy"))
                .contains("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'");
        assertThat(first.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(text(first)).contains("Password").doesNotContain("<script").doesNotContain("style=");
        assertThat(text(server.anonymous().get("/device/style.css"))).contains("font");

        TestReply in = form(
                "/device/sign-in",
                "",
                "code=" + code + "&email=" + person.email().replace("@", "%40") + "&password="
                        + People.PASSWORD.replace(" ", "+"));
        assertThat(in.status()).isEqualTo(303);
        assertThat(in.header("Location")).isEqualTo("/device?code=" + code);
        String cookie = in.header("Set-Cookie").split(";", 2)[0];

        TestReply confirm = server.anonymous().header("Cookie", cookie).get("/device?code=" + code);
        assertThat(text(confirm))
                .contains(code, "127.0.0.1", "vt on &lt;laptop&gt;", "everything you may do")
                .doesNotContain("<laptop>");
        String csrf = text(confirm).replaceAll("(?s).*name=\"csrf_token\" value=\"([^\"]*)\".*", "$1");

        assertThat(form("/device/decide", cookie, "code=" + code + "&decision=approve&csrf_token=wrong")
                        .status())
                .isEqualTo(403);
        assertThat(form("/device/decide", cookie, "code=" + code + "&decision=approve&csrf_token=" + csrf)
                        .status())
                .isEqualTo(200);
        assertThat(whoami(poll(started).json())).isEqualTo(person.userId());
    }

    @Test
    void anOldSessionLetsNoProgramInA21() {
        People.Person person = person();
        TestReply in = form(
                "/device/sign-in",
                "",
                "code=&email=" + person.email().replace("@", "%40") + "&password=" + People.PASSWORD.replace(" ", "+"));
        String cookie = in.header("Set-Cookie").split(";", 2)[0];
        server.advance(Duration.ofMinutes(9));
        JsonNode started = start();
        String code = started.path("user_code").asText();
        String csrf = text(server.anonymous().header("Cookie", cookie).get("/device?code=" + code))
                .replaceAll("(?s).*name=\"csrf_token\" value=\"([^\"]*)\".*", "$1");
        server.advance(Duration.ofMinutes(2));

        assertThat(decide(person, started, "approve").code()).isEqualTo("step_up_required");
        assertThat(text(server.anonymous().header("Cookie", cookie).get("/device?code=" + code)))
                .contains("10 minutes ago", "Password");
        assertThat(form("/device/decide", cookie, "code=" + code + "&decision=approve&csrf_token=" + csrf)
                        .status())
                .isEqualTo(403);
        assertThat(poll(started).code()).isEqualTo("authorization_pending");
    }

    @Test
    void aFormFromAnotherSiteIsRefused() {
        TestReply refused = server.anonymous()
                .header("Origin", "https://evil.example")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .send("POST", "/device/sign-in", "email=a&password=b".getBytes(StandardCharsets.UTF_8));

        assertThat(refused.status()).isEqualTo(403);
    }

    private static TestReply form(String path, String cookie, String body) {
        return server.anonymous()
                .header("Cookie", cookie)
                .header("Origin", server.origin())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .send("POST", path, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(TestReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }

    @Test
    void noTokenOrCodeIsInAnyEventS3() {
        JsonNode started = start();
        People.Person person = person();
        decide(person, started, "approve");
        JsonNode tokens = poll(started).json();

        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .allSatisfy(event -> assertThat(EventJson.write(event).toString())
                        .doesNotContain(started.path("device_code").asText())
                        .doesNotContain(started.path("user_code").asText())
                        .doesNotContain(tokens.path("access_token").asText())
                        .doesNotContain(tokens.path("refresh_token").asText()));
    }
}
