package dev.vt.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.LogCapture;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestAuthenticator;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** Api.md §10.10, SE11: secret and codes of an authenticator are in no sink, though each was used, wrong and right. */
class AuthenticatorCanaryTest {
    private static final String EMAIL = "ada@example.com";
    private static final String WRONG = "canary-4711";

    @RegisterExtension
    final TestServer server = TestServer.still();

    private final List<String> codes = new ArrayList<>();
    private final StringBuilder errors = new StringBuilder();

    private String used(String code) {
        codes.add(code);
        return code;
    }

    private TestReply login(String code) {
        return server.anonymous()
                .post(
                        "/v1/auth/login",
                        Json.object()
                                .put("email", EMAIL)
                                .put("password", People.PASSWORD)
                                .put("totp", code));
    }

    private void refused(TestReply reply) {
        assertThat(reply.status()).isGreaterThanOrEqualTo(400);
        errors.append(reply);
    }

    /** Each way a code goes in, and each way it is refused. */
    private TestAuthenticator exercise(People.Person person) {
        TestAuthenticator phone = TestAuthenticator.enrolled(server, person);
        refused(phone.confirm(person, WRONG));
        person.renewed(phone.confirm(person, used(phone.code())));
        refused(phone.confirm(person, phone.code()));
        refused(person.console().send("POST", "/v1/auth/totp", null));
        refused(login(WRONG));
        assertThat(login(used(phone.nextCode())).status()).isEqualTo(200);
        refused(login(codes.getLast()));
        refused(server.anonymous()
                .post("/v1/auth/login", Json.object().put("email", EMAIL).put("totpp", WRONG)));
        person.renewed(person.console().post("/v1/auth/step-up", Json.object().put("totp", used(phone.nextCode()))));
        refused(person.console().post("/v1/auth/step-up", Json.object().put("totp", WRONG)));
        refused(server.anonymous()
                .header("Origin", server.origin())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .send(
                        "POST",
                        "/device/sign-in",
                        ("email=" + EMAIL + "&password=" + People.PASSWORD.replace(" ", "+") + "&totp=" + WRONG)
                                .getBytes(StandardCharsets.UTF_8)));
        return phone;
    }

    @Test
    void neitherSecretNorCodesAreInAnySink() throws InterruptedException {
        People.Person person = People.user(server, EMAIL);
        Map<String, String> sinks = new LinkedHashMap<>();
        TestAuthenticator phone;
        try (LogCapture logs = LogCapture.begin()) {
            LoggerFactory.getLogger("dev.vt.canary").debug("planted {}", person.userId());
            phone = exercise(person);
            server.verify();
            sinks.put("log", logs.text());
        }
        StringBuilder events = new StringBuilder();
        server.control()
                .store()
                .read(0, 1000, EventFilter.ALL)
                .events()
                .forEach(event -> events.append(EventJson.write(event)));
        sinks.put("event", events.toString());
        sinks.put(
                "audit",
                server.operator().get("/v1/audit?actor_id=" + person.userId()).toString());
        sinks.put("database", server.everyColumn());
        sinks.put("metric", server.operator().get("/metrics").toString());
        sinks.put("error", errors.toString());

        // SE12: what was put there on purpose is seen, so the rest would be.
        sinks.forEach((sink, text) -> assertThat(text)
                .as(sink)
                .contains(
                        switch (sink) {
                            case "metric" -> "/v1/auth/totp";
                            case "error" -> "invalid_credentials";
                            default -> person.userId();
                        }));
        sinks.forEach((sink, text) -> assertSilent(sink, text, phone));
    }

    private void assertSilent(String sink, String text, TestAuthenticator phone) {
        byte[] raw = phone.secretBytes();
        assertThat(text)
                .as(sink)
                .doesNotContain(phone.secret(), phone.secret().substring(8, 20), WRONG)
                .doesNotContain(HexFormat.of().formatHex(raw), new String(raw, StandardCharsets.ISO_8859_1))
                .doesNotContain(Base64.getEncoder().encodeToString(raw).substring(0, 24));
        assertThat(codes).hasSize(3);
        for (String code : codes) {
            // Six digits may stand inside an id or a fraction of a second by chance; alone they do not.
            assertThat(Pattern.compile("(?<![0-9A-Za-z._-])" + code + "(?![0-9A-Za-z_-])")
                            .matcher(text)
                            .find())
                    .as(sink + " has " + code)
                    .isFalse();
        }
    }
}
