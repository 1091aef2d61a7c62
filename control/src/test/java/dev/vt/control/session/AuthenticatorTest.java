package dev.vt.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestAuthenticator;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A21, A23, SC-15: second factors and step-up. */
class AuthenticatorTest {
    /** Each test moves its own clock. */
    @RegisterExtension
    final TestServer server = TestServer.still();

    private static final String EMAIL = "ada@example.com";

    private TestReply login(String totp) {
        ObjectNode body = Json.object().put("email", EMAIL).put("password", People.PASSWORD);
        return server.anonymous().post("/v1/auth/login", body.put("totp", totp));
    }

    private static TestReply stepUp(People.Person person, ObjectNode body) {
        return person.console().post("/v1/auth/step-up", body);
    }

    private static TestReply remove(People.Person person) {
        return person.console().send("POST", "/v1/auth/totp/remove", null);
    }

    @Test
    void aSignInNeedsTheCodeOnceItIsConfirmedAndEachCodeIsGoodOnce() {
        People.Person person = People.user(server, EMAIL);
        TestAuthenticator phone = TestAuthenticator.enrolled(server, person);
        assertThat(login("").status()).isEqualTo(200);
        assertThat(phone.confirm(person, "no code").code()).isEqualTo("invalid_credentials");
        String before = person.cookie();
        String first = phone.code();
        person.renewed(phone.confirm(person, first));
        assertThat(person.cookie()).isNotEqualTo(before);

        TestReply missing = login("");
        assertThat(missing.code()).isEqualTo("step_up_required");
        assertThat(missing.json().at("/details/totp").asBoolean()).isTrue();
        assertThat(login(first).code()).isEqualTo("invalid_credentials");
        String next = phone.nextCode();
        assertThat(login(next.substring(0, 3) + " " + next.substring(3)).status())
                .isEqualTo(200);
        assertThat(login(next).code()).isEqualTo("invalid_credentials");
    }

    @Test
    void aCodeOfAnOlderStepIsWrong() {
        TestAuthenticator phone = TestAuthenticator.confirmed(server, People.user(server, EMAIL));
        server.advance(Duration.ofMinutes(5));

        assertThat(login(phone.code(Duration.ofSeconds(60))).code()).isEqualTo("invalid_credentials");
        assertThat(login(phone.code()).status()).isEqualTo(200);
        assertThat(login(phone.code(Duration.ofSeconds(30))).code())
                .as("a step before the one that was used")
                .isEqualTo("invalid_credentials");
    }

    @Test
    void ofSignInsWithOneCodeAtOnceOneGetsThrough() throws InterruptedException, ExecutionException {
        TestAuthenticator phone = TestAuthenticator.confirmed(server, People.user(server, EMAIL));
        String code = phone.nextCode();
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> login = () -> login(code).status();
            for (Future<Integer> done : threads.invokeAll(List.of(login, login, login))) {
                statuses.add(done.get());
            }
        }

        assertThat(statuses).containsExactlyInAnyOrder(200, 401, 401);
    }

    @Test
    void theRightPasswordDoesNotForgetWrongCodesA23() {
        TestAuthenticator.confirmed(server, People.user(server, EMAIL));

        for (int i = 0; i < 5; i++) {
            assertThat(login("no code").code()).isEqualTo("invalid_credentials");
        }
        assertThat(login("no code").code()).isEqualTo("rate_limited");
    }

    @Test
    void aSignInThatLacksTheCodeIsAuditedAndIsNoWrongTry() throws InterruptedException {
        People.Person person = People.user(server, EMAIL);
        TestAuthenticator phone = TestAuthenticator.confirmed(server, person);
        for (int i = 0; i < 6; i++) {
            assertThat(login("").code()).isEqualTo("step_up_required");
        }
        server.advance(Duration.ofMinutes(1));
        assertThat(login(phone.code()).status()).isEqualTo(200);
        server.verify();

        assertThat(server.operator()
                        .get("/v1/audit?action=auth.login&decision=deny&resource=" + person.userId())
                        .json()
                        .path("items"))
                .hasSize(6)
                .allSatisfy(item -> assertThat(item.path("result").asText()).isEqualTo("step_up_required"));
    }

    @Test
    void sensitiveActionsAskForThePasswordAgainA21() {
        People.Person owner = People.member(server, EMAIL, "owner");
        People.user(server, "bob@example.com");
        String members = "/v1/orgs/" + server.orgId() + "/members";
        ObjectNode bob = Json.object().put("email", "bob@example.com").put("role", "readonly");
        server.advance(Duration.ofMinutes(11));

        TestReply refused = owner.console().key("step-up-1").post(members, bob);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("step_up_required");
        owner.renewed(stepUp(owner, Json.object().put("password", People.PASSWORD)));
        assertThat(owner.console().key("step-up-1").post(members, bob).status()).isEqualTo(201);
    }

    @Test
    void withAnAuthenticatorStepUpTakesItsCodeOnly() {
        People.Person person = People.user(server, EMAIL);
        TestAuthenticator phone = TestAuthenticator.confirmed(server, person);
        server.advance(Duration.ofMinutes(11));

        assertThat(remove(person).code()).isEqualTo("step_up_required");
        assertThat(stepUp(person, Json.object().put("password", People.PASSWORD))
                        .code())
                .isEqualTo("step_up_required");
        String code = phone.code();
        person.renewed(stepUp(person, Json.object().put("totp", code)));
        assertThat(stepUp(person, Json.object().put("totp", code)).code()).isEqualTo("invalid_credentials");
        person.renewed(remove(person));
        assertThat(login("").status()).isEqualTo(200);
    }

    @Test
    void removalIsNoStepUp() {
        People.Person person = People.user(server, EMAIL);
        server.advance(Duration.ofMinutes(9));
        String before = person.cookie();
        person.renewed(remove(person));
        assertThat(person.cookie()).isNotEqualTo(before);
        server.advance(Duration.ofMinutes(2));

        assertThat(remove(person).code()).isEqualTo("step_up_required");
    }

    @Test
    void sessionsThatAPasswordAloneOpenedEndWithTheFirstCode() {
        People.Person person = People.user(server, EMAIL);
        People.Person elsewhere = People.signIn(server, person.userId(), EMAIL);

        TestAuthenticator.confirmed(server, person);

        assertThat(person.console().get("/v1/auth/whoami").status()).isEqualTo(200);
        assertThat(elsewhere.console().get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
    }

    @Test
    void thereIsOneAuthenticatorAndItIsReplacedOnlyAfterItsRemoval() {
        People.Person person = People.user(server, EMAIL);
        TestAuthenticator phone = TestAuthenticator.confirmed(server, person);

        assertThat(person.console().send("POST", "/v1/auth/totp", null).code()).isEqualTo("invalid_state");
        assertThat(phone.confirm(person, "000000").code()).isEqualTo("invalid_state");
    }

    @Test
    void anInvitationLeavesTheAuthenticatorUnlessTheOperatorSaysItIsLost() {
        People.Person person = People.user(server, EMAIL);
        TestAuthenticator.confirmed(server, person);
        String invite = "/v1/users/" + person.userId() + "/invite";

        accept(server.operator().send("POST", invite, null));
        assertThat(login("").code()).isEqualTo("step_up_required");
        TestReply lost = server.operator().post(invite, Json.object().put("forget_authenticator", true));
        assertThat(login("").code()).as("nobody took it yet").isEqualTo("step_up_required");
        accept(lost);
        assertThat(login("").status()).isEqualTo(200);
    }

    private void accept(TestReply invited) {
        TestReply accepted = server.anonymous()
                .post(
                        "/v1/auth/invitations/accept",
                        Json.object()
                                .put("token", invited.json().path("secret").asText())
                                .put("password", People.PASSWORD));
        assertThat(accepted.status()).as(accepted.toString()).isEqualTo(200);
    }

    @Test
    void anotherPasswordNeedsTheCodeToo() {
        People.Person person = People.user(server, EMAIL);
        TestAuthenticator phone = TestAuthenticator.confirmed(server, person);
        ObjectNode change =
                Json.object().put("current_password", People.PASSWORD).put("new_password", "another horse battery");

        assertThat(person.console().post("/v1/auth/password", change).code()).isEqualTo("step_up_required");
        person.renewed(person.console().post("/v1/auth/password", change.put("totp", phone.nextCode())));
    }
}
