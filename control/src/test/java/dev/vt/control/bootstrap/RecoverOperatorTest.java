package dev.vt.control.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestAuthenticator;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A22: {@code vt server recover-operator}. */
class RecoverOperatorTest {
    private static final String EMAIL = "owner@example.com";
    private static final String PASSWORD = "brand new horse battery";

    @RegisterExtension
    final TestServer server = TestServer.still();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int command(String... args) {
        return RecoverOperator.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
    }

    private String code() throws IOException {
        // The process writes it at its start; a test's server has no process of its own.
        Files.writeString(server.dataDir().resolve("server-id"), "srv_test\n");
        out.reset();
        assertThat(command("recover-operator", "--data-dir", server.dataDir().toString()))
                .isZero();
        return Files.readString(Path.of(out.toString(StandardCharsets.UTF_8).trim()))
                .trim();
    }

    private TestReply recover(String code, String email) {
        ObjectNode body = Json.object().put("code", code).put("email", email).put("password", PASSWORD);
        return server.anonymous().post("/v1/bootstrap", body);
    }

    @Test
    void theCodeIsInAFileForTheOwnerAndNotInTheOutput() throws IOException {
        String code = code();

        String printed = out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
        assertThat(code).startsWith("vt_boot_");
        assertThat(printed).doesNotContain(code);
        Path file = Path.of(printed.trim());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void itIsForAServersDataDirectory() {
        assertThat(command("recover-operator")).isEqualTo(2);
        assertThat(command("recover-operator", "--data-dir", "/nonexistent")).isEqualTo(4);
        assertThat(command("recover-operator", "--help")).isZero();
    }

    @Test
    void theOperatorSignsInAgainWithANewPasswordAndOldSessionsEnd() throws IOException {
        server.bootstrapped();
        assertThat(recover(code(), EMAIL).status()).isEqualTo(201);
        People.Person before = People.signIn(server, server.bootstrapped().userId(), EMAIL, PASSWORD);

        TestReply reply = recover(code(), EMAIL);

        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
        assertThat(reply.json().at("/receipt/ids/user").asText())
                .isEqualTo(server.bootstrapped().userId());
        assertThat(before.console().get("/v1/auth/whoami").code()).isEqualTo("token_revoked");
        assertThat(People.login(server, EMAIL, PASSWORD).status()).isEqualTo(200);
        TestClient token = server.with(reply.json().path("secret").asText());
        assertThat(token.get("/v1/auth/whoami").json().path("operator").asBoolean())
                .isTrue();
    }

    @Test
    void whoLostTheAuthenticatorSignsInWithoutIt() throws IOException {
        server.bootstrapped();
        recover(code(), EMAIL);
        People.Person operator = People.signIn(server, server.bootstrapped().userId(), EMAIL, PASSWORD);
        TestAuthenticator.confirmed(server, operator);
        assertThat(People.login(server, EMAIL, PASSWORD).code()).isEqualTo("step_up_required");

        recover(code(), EMAIL);

        assertThat(People.login(server, EMAIL, PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void aDisabledUserIsAnOperatorAgain() throws IOException {
        People.Person person = People.user(server, "second@example.com");
        assertThat(server.operator()
                        .post("/v1/users/" + person.userId() + "/disable", Json.object())
                        .status())
                .isEqualTo(200);

        TestReply reply = recover(code(), "second@example.com");

        assertThat(reply.json().at("/resource/operator").asBoolean()).isTrue();
        assertThat(reply.json().at("/resource/disabled").asBoolean()).isFalse();
        assertThat(People.login(server, "second@example.com", PASSWORD).status())
                .isEqualTo(200);
    }

    @Test
    void anUnknownAddressBecomesAnotherOperator() throws IOException {
        server.bootstrapped();

        assertThat(recover(code(), "new@example.com")
                        .json()
                        .at("/resource/operator")
                        .asBoolean())
                .isTrue();
        assertThat(server.operator().get("/v1/users").json().path("items")).hasSize(2);
    }

    @Test
    void itWorksOnceAndForAnHour() throws IOException {
        server.bootstrapped();
        String used = code();
        recover(used, EMAIL);
        assertThat(recover(used, EMAIL).code()).isEqualTo("already_bootstrapped");
        // Also from a file that somebody kept.
        Path file = server.dataDir().resolve("recovery-code");
        code();
        Files.writeString(file, used + "\n");
        assertThat(recover(used, EMAIL).code()).isEqualTo("token_invalid");

        String old = code();
        server.advance(Duration.ofMinutes(61));
        assertThat(recover(old, EMAIL).code()).isEqualTo("already_bootstrapped");
    }

    @Test
    void fiveWrongCodesVoidIt() throws IOException {
        server.bootstrapped();
        String code = code();
        for (int i = 0; i < 5; i++) {
            assertThat(recover("vt_boot_wrong", EMAIL).code()).isEqualTo("token_invalid");
        }

        assertThat(recover(code, EMAIL).code()).isEqualTo("already_bootstrapped");
    }

    @Test
    void aFileThatOthersCouldReadIsNoCode() throws IOException {
        server.bootstrapped();
        String code = code();
        Files.setPosixFilePermissions(
                server.dataDir().resolve("recovery-code"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(recover(code, EMAIL).code()).isEqualTo("already_bootstrapped");
    }

    /** Api.md §7: if nobody uses it, too. */
    @Test
    void itsMakingIsAuditedOnceByTheServerThatFindsIt() throws IOException, InterruptedException {
        server.bootstrapped();
        RecoveryAudit audit = new RecoveryAudit(
                server.control().store(), server.control().system(), server.dataDir(), Clock.systemUTC(), "srv_test");
        assertThat(audit.reconcile()).isEqualTo(ReconcileReport.NOTHING);
        code();

        assertThat(audit.reconcile()).isEqualTo(ReconcileReport.of(1, 1));
        assertThat(audit.reconcile()).isEqualTo(ReconcileReport.of(1, 0));
        code();
        assertThat(audit.reconcile().changed()).isEqualTo(1);
        server.verify();
        JsonNode items = server.operator()
                .get("/v1/audit?action=bootstrap.recovery_code")
                .json()
                .path("items");
        assertThat(items).hasSize(2);
        assertThat(items.get(0).path("resource").asText()).isEqualTo("srv_test");
        assertThat(items.get(0).path("actor_id").asText()).isEqualTo("recovery");
        assertThat(items.get(0).path("user_agent").asText()).isEqualTo("vt server recover-operator");
    }

    @Test
    void aCodeThatCannotBeAuditedLetsNobodyIn() throws IOException {
        server.bootstrapped();
        code();
        SystemMutations standby = new SystemMutations(
                server.control().store(),
                OptionalLong::empty,
                Clock.systemUTC(),
                Ids.uuidV7(Clock.systemUTC(), new SecureRandom()));
        RecoveryAudit audit =
                new RecoveryAudit(server.control().store(), standby, server.dataDir(), Clock.systemUTC(), "srv_test");

        assertThatThrownBy(() -> audit.record())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ErrorCode.NO_LEADER));
        assertThat(audit.reconcile().problems()).containsExactly("no_leader");
    }

    @Test
    void aCodeThatGrewOldIsAuditedToo() throws IOException {
        server.bootstrapped();
        code();
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(61));
        RecoveryAudit audit = new RecoveryAudit(
                server.control().store(), server.control().system(), server.dataDir(), later, "srv_test");

        assertThat(audit.reconcile().changed()).isEqualTo(1);
        audit.reconcile();

        assertThat(server.dataDir().resolve("recovery-code")).doesNotExist();
    }

    @Test
    void itsUseIsAuditedAndTheCodeIsInNoEvent() throws IOException, InterruptedException {
        server.bootstrapped();
        String code = code();
        recover("vt_boot_wrong", EMAIL);
        recover(code, EMAIL);
        server.verify();

        List<String> seen = new ArrayList<>();
        server.operator()
                .get("/v1/audit?action=bootstrap.recover")
                .json()
                .path("items")
                .forEach(item -> seen.add(item.path("decision").asText()));
        assertThat(seen).containsExactlyInAnyOrder("allow", "deny");
        // The server that takes it without having seen it before records the making first.
        assertThat(server.operator()
                        .get("/v1/audit?action=bootstrap.recovery_code")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(server.control().store().read(0, 1000, EventFilter.ALL).events())
                .anySatisfy(
                        event -> assertThat(EventJson.write(event).toString()).contains("\"recovery\""))
                .allSatisfy(event -> assertThat(EventJson.write(event).toString())
                        .doesNotContain(code)
                        .doesNotContain(PASSWORD));
    }
}
