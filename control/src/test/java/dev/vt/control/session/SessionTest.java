package dev.vt.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.auth.Scopes;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.control.token.Tokens;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A21, A23, SC-15. */
class SessionTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private static int people;

    private static String address() {
        return "s" + ++people + "@example.com";
    }

    private static TestClient cookieOnly(People.Person person) {
        return server.anonymous().header("Cookie", "__Host-vt_session=" + person.cookie());
    }

    @Test
    void theCookieIsWhatTheContractSaysA21() {
        String email = address();
        People.user(server, email);

        TestReply in = People.login(server, email, People.PASSWORD);

        assertThat(in.header("Set-Cookie"))
                .matches("__Host-vt_session=vt_ses_[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict;"
                        + " Max-Age=604800");
        assertThat(in.json().toString()).doesNotContain("vt_ses_");
    }

    @Test
    void unsafeMethodsNeedTheCsrfTokenAndTheSameOriginA21() {
        People.Person person = People.user(server, address());
        TestClient bare = cookieOnly(person);
        String tokens = "/v1/auth/tokens";
        var body = Json.object().put("name", "t");
        body.putArray("scopes").add("apps:read");

        assertThat(bare.get("/v1/auth/whoami").status()).isEqualTo(200);
        assertThat(bare.get("/v1/auth/whoami").json().at("/session/csrf_token").asText())
                .isEqualTo(person.csrf());
        assertThat(bare.key("csrf-key-1").post(tokens, body).code()).isEqualTo("csrf_failed");
        assertThat(bare.header("X-CSRF-Token", person.csrf())
                        .key("csrf-key-2")
                        .post(tokens, body)
                        .code())
                .isEqualTo("csrf_failed");
        assertThat(bare.header("Origin", server.origin())
                        .key("csrf-key-3")
                        .post(tokens, body)
                        .code())
                .isEqualTo("csrf_failed");
        assertThat(person.console()
                        .header("Origin", "https://evil.example")
                        .key("csrf-key-4")
                        .post(tokens, body)
                        .code())
                .isEqualTo("csrf_failed");
        assertThat(person.console().key("csrf-key-5").post(tokens, body).status())
                .isEqualTo(201);
    }

    @Test
    void aSessionSecretIsNoBearerToken() {
        People.Person person = People.user(server, address());

        assertThat(server.with(person.cookie()).get("/v1/auth/whoami").code()).isEqualTo("unauthorized");
    }

    @Test
    void logoutEndsTheSession() {
        People.Person person = People.user(server, address());

        TestReply out = person.console().send("POST", "/v1/auth/logout", null);

        assertThat(out.header("Set-Cookie")).contains("Max-Age=0");
        assertThat(person.console().get("/v1/auth/whoami").status()).isEqualTo(401);
    }

    @Test
    void aTokenIsNoSession() {
        assertThat(server.operator().send("POST", "/v1/auth/logout", null).code())
                .isEqualTo("forbidden");
    }

    @Test
    void stepUpChangesTheCookieSC15() {
        People.Person person = People.user(server, address());
        TestClient before = person.console();

        assertThat(before.post("/v1/auth/step-up", Json.object().put("password", "wrong wrong wrong"))
                        .code())
                .isEqualTo("invalid_credentials");
        person.renewed(before.post("/v1/auth/step-up", Json.object().put("password", People.PASSWORD)));

        assertThat(before.get("/v1/auth/whoami").code()).isEqualTo("unauthorized");
        assertThat(person.console().get("/v1/auth/whoami").status()).isEqualTo(200);
    }

    @Test
    void noSessionFromBeforeCarriesAnotherRoleSC15() {
        String email = address();
        People.Person person = People.user(server, email);
        TestClient operator = server.operator();
        String members = "/v1/orgs/" + server.orgId() + "/members";
        TestClient program = person.token(List.of("orgs:read"), null);

        TestReply added =
                operator.post(members, Json.object().put("email", email).put("role", "readonly"));
        person = signedInAgain(person);
        operator.ifMatch(1).patch(members + "/" + added.id(), Json.object().put("role", "admin"));
        person = signedInAgain(person);
        operator.ifMatch(2).patch(members + "/" + added.id(), Json.object().put("role", "admin"));
        assertThat(person.console().get("/v1/auth/whoami").status())
                .as("the same role")
                .isEqualTo(200);
        operator.delete(members + "/" + added.id());
        person = signedInAgain(person);
        operator.post(
                "/v1/users/" + person.userId() + "/operator", Json.object().put("operator", true));
        signedInAgain(person);

        assertThat(program.get("/v1/auth/whoami").status())
                .as("a program's token")
                .isEqualTo(200);
    }

    /** The old cookie is dead; the new one is another. */
    private static People.Person signedInAgain(People.Person person) {
        assertThat(person.console().get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
        People.Person again = People.signIn(server, person.userId(), person.email());
        assertThat(again.cookie()).isNotEqualTo(person.cookie());
        assertThat(again.console().get("/v1/auth/whoami").status()).isEqualTo(200);
        return again;
    }

    /** Or some would be left when all must end. */
    @Test
    void ofTooManySessionsTheOldestEnds() {
        String email = address();
        People.Person first = People.user(server, email);
        People.Person second = People.signIn(server, first.userId(), email);
        server.control()
                .system()
                .run(
                        new Actor("user", first.userId()),
                        draft -> IntStream.range(0, 98)
                                .forEach(i -> Tokens.begin(
                                        draft,
                                        "console",
                                        "console",
                                        Scopes.all(),
                                        draft.now().plus(Duration.ofDays(7)))));
        assertThat(first.console().get("/v1/auth/whoami").status()).isEqualTo(200);

        People.signIn(server, first.userId(), email);

        assertThat(first.console().get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
        assertThat(second.console().get("/v1/auth/whoami").status()).isEqualTo(200);
    }

    @Test
    void anInvitationThatSetsAnotherPasswordEndsTheSessions() {
        String email = address();
        People.Person person = People.user(server, email);
        TestReply invited = server.operator().send("POST", "/v1/users/" + person.userId() + "/invite", null);

        server.anonymous()
                .post(
                        "/v1/auth/invitations/accept",
                        Json.object()
                                .put("token", invited.json().path("secret").asText())
                                .put("password", "another horse battery"));

        assertThat(person.console().get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
    }

    @Test
    void anotherPasswordEndsTheOtherSessions() {
        String email = address();
        People.Person person = People.user(server, email);
        People.Person elsewhere = People.signIn(server, person.userId(), email);

        person.renewed(person.console()
                .post(
                        "/v1/auth/password",
                        Json.object()
                                .put("current_password", People.PASSWORD)
                                .put("new_password", "another horse battery")));

        assertThat(person.console().get("/v1/auth/whoami").status()).isEqualTo(200);
        assertThat(elsewhere.console().get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
        assertThat(People.login(server, email, People.PASSWORD).code()).isEqualTo("invalid_credentials");
        assertThat(People.login(server, email, "another horse battery").status())
                .isEqualTo(200);
    }

    @Test
    void fiveWrongPasswordsMakeOneWaitAndUnknownAccountsAnswerTheSameA23() {
        String known = address();
        People.user(server, known);

        for (String email : List.of(known, "nobody@example.com")) {
            for (int i = 0; i < 5; i++) {
                assertThat(People.login(server, email, "wrong wrong wrong").code())
                        .isEqualTo("invalid_credentials");
            }
            TestReply refused = People.login(server, email, People.PASSWORD);
            assertThat(refused.code()).isEqualTo("rate_limited");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 15);
        }
    }

    @Test
    void signInsAreAuditedAllowedAndDenied() throws InterruptedException {
        String email = address();
        People.Person person = People.user(server, email);
        People.login(server, email, "wrong wrong wrong");
        server.verify();

        List<String> seen = new ArrayList<>();
        server.operator()
                .get("/v1/audit?action=auth.login&resource=" + person.userId())
                .json()
                .path("items")
                .forEach(item -> seen.add(item.path("decision").asText() + " "
                        + item.path("result").asText()));
        assertThat(seen).containsExactly("allow applied", "deny invalid_credentials");
    }

    @Test
    void noCookieOrPasswordIsInAnyEventS3() {
        People.Person person = People.user(server, address());

        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .allSatisfy(event -> assertThat(EventJson.write(event).toString())
                        .doesNotContain(person.cookie())
                        .doesNotContain(person.csrf())
                        .doesNotContain(People.PASSWORD));
    }
}
