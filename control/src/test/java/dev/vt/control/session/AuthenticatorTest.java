package dev.vt.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Totp;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A21, A23: second factors and step-up. */
class AuthenticatorTest {
    /** Each test moves its own clock. */
    @RegisterExtension
    final TestServer server = TestServer.still();

    private static final String EMAIL = "ada@example.com";

    private Duration ahead = Duration.ZERO;

    private void advance(Duration by) {
        server.advance(by);
        ahead = ahead.plus(by);
    }

    private String code(String secret) {
        return Totp.code(bytes(secret), Instant.now().plus(ahead));
    }

    /** A code that no step has used. */
    private String nextCode(String secret) {
        advance(Duration.ofSeconds(60));
        return code(secret);
    }

    private static byte[] bytes(String base32) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < base32.length(); i++) {
            buffer = (buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(base32.charAt(i))) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(buffer >> bits);
            }
        }
        return out.toByteArray();
    }

    private static String enrol(People.Person person) {
        TestReply reply = person.console().send("POST", "/v1/auth/totp", null);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        String secret = reply.json().path("secret").asText();
        assertThat(reply.json().path("uri").asText()).contains("secret=" + secret);
        return secret;
    }

    private String enrolled(People.Person person) {
        String secret = enrol(person);
        person.renewed(
                person.console().post("/v1/auth/totp/confirm", Json.object().put("code", code(secret))));
        return secret;
    }

    private TestReply login(String totp) {
        ObjectNode body = Json.object().put("email", EMAIL).put("password", People.PASSWORD);
        return server.anonymous().post("/v1/auth/login", body.put("totp", totp));
    }

    private static TestReply stepUp(People.Person person, ObjectNode body) {
        return person.console().post("/v1/auth/step-up", body);
    }

    @Test
    void aSignInNeedsTheCodeOnceItIsConfirmedAndEachCodeIsGoodOnce() {
        People.Person person = People.user(server, EMAIL);
        String secret = enrol(person);
        assertThat(login("").status()).isEqualTo(200);
        assertThat(person.console()
                        .post("/v1/auth/totp/confirm", Json.object().put("code", "no code"))
                        .code())
                .isEqualTo("invalid_credentials");
        String before = person.cookie();
        String first = code(secret);
        person.renewed(
                person.console().post("/v1/auth/totp/confirm", Json.object().put("code", first)));
        assertThat(person.cookie()).isNotEqualTo(before);

        TestReply missing = login("");
        assertThat(missing.code()).isEqualTo("step_up_required");
        assertThat(missing.json().at("/details/totp").asBoolean()).isTrue();
        assertThat(login(first).code()).isEqualTo("invalid_credentials");
        String next = nextCode(secret);
        assertThat(login(next).status()).isEqualTo(200);
        assertThat(login(next).code()).isEqualTo("invalid_credentials");
    }

    @Test
    void theRightPasswordDoesNotForgetWrongCodesA23() {
        enrolled(People.user(server, EMAIL));

        for (int i = 0; i < 5; i++) {
            assertThat(login("no code").code()).isEqualTo("invalid_credentials");
        }
        assertThat(login("no code").code()).isEqualTo("rate_limited");
    }

    @Test
    void sensitiveActionsAskForThePasswordAgainA21() {
        People.Person owner = People.member(server, EMAIL, "owner");
        People.user(server, "bob@example.com");
        String members = "/v1/orgs/" + server.orgId() + "/members";
        ObjectNode bob = Json.object().put("email", "bob@example.com").put("role", "readonly");
        advance(Duration.ofMinutes(11));

        TestReply refused = owner.console().key("step-up-1").post(members, bob);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("step_up_required");
        owner.renewed(stepUp(owner, Json.object().put("password", People.PASSWORD)));
        assertThat(owner.console().key("step-up-1").post(members, bob).status()).isEqualTo(201);
    }

    @Test
    void withAnAuthenticatorStepUpTakesItsCodeOnly() {
        People.Person person = People.user(server, EMAIL);
        String secret = enrolled(person);
        advance(Duration.ofMinutes(11));
        String remove = "/v1/auth/totp/remove";

        assertThat(person.console().send("POST", remove, null).code()).isEqualTo("step_up_required");
        assertThat(stepUp(person, Json.object().put("password", People.PASSWORD))
                        .code())
                .isEqualTo("step_up_required");
        person.renewed(stepUp(person, Json.object().put("totp", code(secret))));
        person.renewed(person.console().send("POST", remove, null));
        assertThat(login("").status()).isEqualTo(200);
    }

    @Test
    void thereIsOneAuthenticatorAndItIsReplacedOnlyAfterItsRemoval() {
        People.Person person = People.user(server, EMAIL);
        enrolled(person);

        assertThat(person.console().send("POST", "/v1/auth/totp", null).code()).isEqualTo("invalid_state");
        assertThat(person.console()
                        .post("/v1/auth/totp/confirm", Json.object().put("code", "000000"))
                        .code())
                .isEqualTo("invalid_state");
    }

    @Test
    void anotherPasswordNeedsTheCodeToo() {
        People.Person person = People.user(server, EMAIL);
        String secret = enrolled(person);
        ObjectNode change =
                Json.object().put("current_password", People.PASSWORD).put("new_password", "another horse battery");

        assertThat(person.console().post("/v1/auth/password", change).code()).isEqualTo("step_up_required");
        person.renewed(person.console().post("/v1/auth/password", change.put("totp", nextCode(secret))));
    }

    @Test
    void theSecretIsInNoEventNoRecordAndNoError() {
        People.Person person = People.user(server, EMAIL);
        String secret = enrolled(person);

        assertThat(login("no code").toString()).doesNotContain(secret);
        assertThat(person.console().send("POST", "/v1/auth/totp", null).toString())
                .doesNotContain(secret);
        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .anySatisfy(
                        event -> assertThat(EventJson.write(event).toString()).contains("\"totp\""))
                .allSatisfy(
                        event -> assertThat(EventJson.write(event).toString()).doesNotContain(secret));
        byte[] record = server.control()
                .store()
                .side("credential", "totp:" + person.userId())
                .orElseThrow()
                .content();
        assertThat(new String(record, StandardCharsets.UTF_8))
                .doesNotContain(secret)
                .doesNotContain(Base64.getEncoder().encodeToString(bytes(secret)));
    }
}
