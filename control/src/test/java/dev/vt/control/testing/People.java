package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Users of a test server: invited by the operator, signed in by password, with tokens of their own. */
public final class People {
    public static final String PASSWORD = "correct horse battery";

    /** A person with a console session. */
    public static final class Person {
        private final TestServer server;
        private final String userId;
        private final String email;
        private String cookie;
        private String csrf;

        private Person(TestServer server, String userId, String email, String cookie, String csrf) {
            this.server = server;
            this.userId = userId;
            this.email = email;
            this.cookie = cookie;
            this.csrf = csrf;
        }

        public String userId() {
            return userId;
        }

        public String email() {
            return email;
        }

        public String cookie() {
            return cookie;
        }

        public String csrf() {
            return csrf;
        }

        /** Calls as the console does: cookie, CSRF token, origin. */
        public TestClient console() {
            return server.anonymous()
                    .header("Cookie", "__Host-vt_session=" + cookie)
                    .header("X-CSRF-Token", csrf)
                    .header("Origin", server.origin());
        }

        /** Takes the cookie of an answer that set another. */
        public Person renewed(TestReply reply) {
            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
            cookie = cookieOf(reply);
            csrf = reply.json().path("csrf_token").asText();
            return this;
        }

        /** Calls with a new personal token. */
        public TestClient token(List<String> scopes, @Nullable String resource) {
            return server.with(secret(scopes, resource));
        }

        /** A new personal token. */
        public String secret(List<String> scopes, @Nullable String resource) {
            ObjectNode body = Json.object().put("name", "test").put("resource", resource);
            ArrayNode list = body.putArray("scopes");
            scopes.forEach(list::add);
            TestReply made = console().key("token-" + System.nanoTime()).post("/v1/auth/tokens", body);
            assertThat(made.status()).as(made.toString()).isEqualTo(201);
            return made.json().path("secret").asText();
        }
    }

    private People() {}

    /** A new user who has set a password and signed in. */
    public static Person user(TestServer server, String email) {
        return signIn(server, invited(server, email), email);
    }

    /** A new user who has set a password; the answer is their id. */
    private static String invited(TestServer server, String email) {
        TestReply made = server.operator().post("/v1/users", Json.object().put("email", email));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        TestReply accepted = server.anonymous()
                .post(
                        "/v1/auth/invitations/accept",
                        Json.object()
                                .put("token", made.json().path("secret").asText())
                                .put("password", PASSWORD));
        assertThat(accepted.status()).as(accepted.toString()).isEqualTo(200);
        return made.id();
    }

    public static Person signIn(TestServer server, String userId, String email) {
        return signIn(server, userId, email, PASSWORD);
    }

    public static Person signIn(TestServer server, String userId, String email, String password) {
        TestReply in = login(server, email, password);
        assertThat(in.status()).as(in.toString()).isEqualTo(200);
        return new Person(
                server,
                userId,
                email,
                cookieOf(in),
                in.json().path("csrf_token").asText());
    }

    public static TestReply login(TestServer server, String email, String password) {
        return server.anonymous()
                .post("/v1/auth/login", Json.object().put("email", email).put("password", password));
    }

    /** A new user with a role in the test's org. */
    public static Person member(TestServer server, String email, String role) {
        String userId = invited(server, email);
        TestReply added = server.operator()
                .post(
                        "/v1/orgs/" + server.orgId() + "/members",
                        Json.object().put("email", email).put("role", role));
        assertThat(added.status()).as(added.toString()).isEqualTo(201);
        return signIn(server, userId, email);
    }

    static String cookieOf(TestReply reply) {
        String header = reply.header("Set-Cookie");
        assertThat(header).startsWith("__Host-vt_session=");
        return header.substring("__Host-vt_session=".length(), header.indexOf(';'));
    }
}
