package dev.vt.control.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UserHandlersTest {
    private static final String USERS = "/v1/users";

    @RegisterExtension
    static final TestServer server = new TestServer();

    private static int people;

    private TestClient operator;

    @BeforeEach
    void signIn() {
        operator = server.operator();
    }

    private static String address() {
        return "u" + ++people + "@example.com";
    }

    private TestReply accept(String token) {
        ObjectNode body = Json.object().put("token", token).put("password", People.PASSWORD);
        return server.anonymous().post("/v1/auth/invitations/accept", body);
    }

    @Test
    void anInvitationSetsTheFirstPasswordOnce() {
        String email = address();
        TestReply made = operator.post(USERS, Json.object().put("email", email));
        String invitation = made.json().path("secret").asText();

        assertThat(invitation).matches("vt_inv_[A-Za-z0-9_-]{43}");
        assertThat(People.login(server, email, People.PASSWORD).code()).isEqualTo("invalid_credentials");
        assertThat(accept(invitation).status()).isEqualTo(200);
        assertThat(accept(invitation).code()).isEqualTo("token_invalid");
        assertThat(People.login(server, email, People.PASSWORD).status()).isEqualTo(200);
        assertThat(operator.post(USERS, Json.object().put("email", email)).code())
                .isEqualTo("name_taken");
    }

    @Test
    void aNewInvitationVoidsTheOneBefore() {
        TestReply made = operator.post(USERS, Json.object().put("email", address()));
        TestReply again = operator.send("POST", USERS + "/" + made.id() + "/invite", null);

        assertThat(accept(made.json().path("secret").asText()).code()).isEqualTo("token_invalid");
        assertThat(accept("vt_inv_nonsense").code()).isEqualTo("token_invalid");
        assertThat(accept(again.json().path("secret").asText()).status()).isEqualTo(200);
    }

    @Test
    void aDisabledUserIsOutAtOnce() {
        People.Person person = People.user(server, address());
        TestClient token = person.token(List.of("apps:read"), null);
        assertThat(token.get("/v1/auth/whoami").status()).isEqualTo(200);

        operator.post(USERS + "/" + person.userId() + "/disable", Json.object().put("reason", "left"));

        assertThat(token.get("/v1/auth/whoami").code()).isEqualTo("user_disabled");
        assertThat(person.console().get("/v1/auth/whoami").code()).isEqualTo("user_disabled");
        assertThat(People.login(server, person.email(), People.PASSWORD).code()).isEqualTo("user_disabled");
        operator.send("POST", USERS + "/" + person.userId() + "/enable", null);
        assertThat(token.get("/v1/auth/whoami").status()).isEqualTo(200);
    }

    @Test
    void oneOperatorRemains() {
        String self = USERS + "/" + server.bootstrapped().userId();

        assertThat(operator.post(self + "/disable", Json.object()).code()).isEqualTo("last_operator");
        assertThat(operator.post(self + "/operator", Json.object().put("operator", false))
                        .code())
                .isEqualTo("last_operator");
    }

    @Test
    void theOperatorFlagGivesTheCluster() {
        People.Person person = People.user(server, address());
        assertThat(person.console().get("/v1/cluster").code()).isEqualTo("forbidden");

        operator.post(USERS + "/" + person.userId() + "/operator", Json.object().put("operator", true));

        assertThat(person.console().get("/v1/cluster").code()).isEqualTo("token_revoked");
        People.Person again = People.signIn(server, person.userId(), person.email());
        assertThat(again.console().get("/v1/cluster").status()).isEqualTo(200);
        assertThat(operator.post(
                                USERS + "/" + person.userId() + "/operator",
                                Json.object().put("operator", false))
                        .receiptStatus())
                .isEqualTo("applied");
        assertThat(People.signIn(server, person.userId(), person.email())
                        .console()
                        .get("/v1/cluster")
                        .code())
                .isEqualTo("forbidden");
    }

    @Test
    void anAddressMovesWithItsUser() {
        String first = address();
        TestReply made = operator.post(USERS, Json.object().put("email", first));

        TestReply moved = operator.patch(
                USERS + "/" + made.id(), Json.object().put("email", address()).put("display_name", "Ann"));

        assertThat(moved.resource().path("display_name").asText()).isEqualTo("Ann");
        assertThat(operator.post(USERS, Json.object().put("email", first)).status())
                .isEqualTo(201);
    }

    @Test
    void neitherInvitationNorPasswordIsInAnyEventS3() {
        String email = address();
        TestReply made = operator.post(USERS, Json.object().put("email", email));
        String invitation = made.json().path("secret").asText();
        accept(invitation);

        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .allSatisfy(event -> assertThat(EventJson.write(event).toString())
                        .doesNotContain(invitation)
                        .doesNotContain(People.PASSWORD)
                        .doesNotContain("argon2"));
    }
}
