package dev.vt.control.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.PasswordHash;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A22. */
class BootstrapTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    private ObjectNode body(String code) {
        return Json.object().put("code", code).put("email", "Owner@Example.com").put("org_name", "acme");
    }

    private TestReply bootstrap(ObjectNode body) {
        return server.anonymous().post("/v1/bootstrap", body);
    }

    @Test
    void makesTheOperatorTheOrgTheOwnerAndAToken() {
        TestReply reply = bootstrap(body(server.bootstrapCode()));

        assertThat(reply.status()).isEqualTo(201);
        TestClient operator = server.with(reply.json().path("secret").asText());
        var whoami = operator.get("/v1/auth/whoami").json();
        assertThat(whoami.path("operator").asBoolean()).isTrue();
        assertThat(whoami.path("email").asText()).isEqualTo("owner@example.com");
        assertThat(whoami.at("/orgs/0/role").asText()).isEqualTo("owner");
        assertThat(operator.get("/v1/users").json().path("items")).hasSize(1);
    }

    @Test
    void theCodeIsInAFileThatOnlyTheOwnerReadsAndGoesAfterUse() throws IOException {
        Path file = server.dataDir().resolve("bootstrap-code");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        bootstrap(body(server.bootstrapCode()));
        assertThat(file).doesNotExist();
    }

    @Test
    void happensOnce() {
        String code = server.bootstrapCode();
        bootstrap(body(code));

        assertThat(bootstrap(body(code)).code()).isEqualTo("already_bootstrapped");
        server.restart();
        assertThat(bootstrap(body(code)).code()).isEqualTo("already_bootstrapped");
        assertThat(server.dataDir().resolve("bootstrap-code")).doesNotExist();
    }

    @Test
    void fiveWrongCodesVoidItUntilRestart() {
        for (int i = 0; i < 5; i++) {
            assertThat(bootstrap(body("vt_boot_wrong")).code()).isEqualTo("token_invalid");
        }

        assertThat(bootstrap(body(server.bootstrapCode())).code()).isEqualTo("token_invalid");
        server.restart();
        assertThat(bootstrap(body(server.bootstrapCode())).status()).isEqualTo(201);
    }

    @Test
    void badFieldsDoNotUseTheCodeUp() {
        ObjectNode bad = body(server.bootstrapCode()).put("email", "nobody").put("org_name", "Bad Name");

        assertThat(bootstrap(bad).json().at("/details/errors")).hasSize(2);
        assertThat(bootstrap(body(server.bootstrapCode()).put("password", "short"))
                        .code())
                .isEqualTo("invalid_argument");
        assertThat(bootstrap(body(server.bootstrapCode())).status()).isEqualTo(201);
    }

    @Test
    void neitherPasswordNorCodeNorTokenIsInAnyEventS3() {
        String code = server.bootstrapCode();
        String token = bootstrap(body(code).put("password", "correct horse battery"))
                .json()
                .path("secret")
                .asText();

        String events = server.control().store().read(0, 1000, EventFilter.ALL).events().stream()
                .map(event -> EventJson.write(event).toString())
                .reduce("", String::concat);
        assertThat(events)
                .contains("user.credential_changed")
                .doesNotContain("correct horse")
                .doesNotContain(code)
                .doesNotContain(token)
                .doesNotContain("argon2");
    }

    @Test
    void passwordHashesMatchTheirPasswordOnly() {
        String phc = PasswordHash.of("correct horse battery", new SecureRandom());

        assertThat(phc).startsWith("$argon2id$v=19$m=65536,t=3,p=4$");
        assertThat(PasswordHash.matches("correct horse battery", phc)).isTrue();
        assertThat(PasswordHash.matches("correct horse batterz", phc)).isFalse();
    }
}
