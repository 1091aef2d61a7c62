package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Shell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C12, C13: sign-in by device flow, renewal, client credentials. */
class LoginTest {
    private static final String WHO = "{\"actor_type\":\"user\",\"actor_id\":\"usr_1\",\"email\":\"ann@example.com\","
            + "\"display_name\":\"\",\"operator\":false,\"orgs\":[],\"token\":{\"id\":\"tok_01k9ejze95es8r65rzyjka7935\","
            + "\"scopes\":[],\"resource\":null,\"expires_at\":\"2030-01-02T04:04:05Z\"}}";
    private static final String NOW = "2030-01-02T03:04:05Z";

    @TempDir
    Path home;

    private StubApi api;

    @BeforeEach
    void start() throws IOException {
        api = new StubApi();
        api.on("GET /v1/auth/whoami", WHO)
                .on("POST /v1/auth/device/start", """
                        {"device_code":"vt_dc_canary","user_code":"BCDF-GHJK","verification_url":"http://s/device",
                         "verification_url_complete":"http://s/device?code=BCDF-GHJK","expires_in":600,"interval":0}""")
                .on("POST /v1/auth/device/token", pair("one", "2030-01-02T03:19:05Z"));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static String pair(String name, String expiresAt) {
        return "{\"access_token\":\"vt_at_canary_" + name + "\",\"refresh_token\":\"vt_rt_canary_" + name
                + "\",\"token_type\":\"Bearer\",\"expires_in\":900,\"expires_at\":\"" + expiresAt
                + "\",\"refresh_expires_at\":\"2030-02-01T03:04:05Z\",\"scopes\":[]}";
    }

    private Invocation vt(Map<String, String> more, Instant now, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Map<String, String> env = new HashMap<>(Map.of("VT_SERVER", api.url(), "HOME", home.toString()));
        env.putAll(more);
        Shell shell = new Shell(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new ByteArrayInputStream(new byte[0]),
                env,
                home,
                Clock.fixed(now, ZoneOffset.UTC),
                () -> "key-1",
                Shell.Terminals.NONE,
                new Interrupts(),
                (role, args) -> 0);
        int exit = Cli.run(shell, arguments);
        return new Invocation(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Invocation vt(String now, String... arguments) {
        return vt(Map.of(), Instant.parse(now), arguments);
    }

    private Path store() {
        return home.resolve(".local/share/vt/credentials.json");
    }

    private long called(String prefix) {
        return api.calls().stream().filter(call -> call.startsWith(prefix)).count();
    }

    @Test
    void theApprovalPageIsPrintedAndTheTokensAreKeptPrivatelyC13() throws IOException {
        Invocation done = vt(NOW, "auth", "login", "--no-browser");

        assertThat(done.exit()).as(done.err()).isZero();
        assertThat(done.err()).contains("http://s/device?code=BCDF-GHJK", "BCDF-GHJK");
        assertThat(done.out()).contains("signed in to", "ann@example.com");
        assertThat(done.out() + done.err()).doesNotContain("canary");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(store())).contains("vt_rt_canary_one");
    }

    @Test
    void withoutATerminalNothingIsWaitedFor() {
        Invocation done = vt(NOW, "auth", "login");

        assertThat(done.exit()).isEqualTo(2);
        assertThat(called("POST /v1/auth/device/start")).isZero();
    }

    @Test
    void aTokenIsRenewedAMinuteBeforeItEnds() throws IOException {
        vt(NOW, "auth", "login", "--no-browser");
        api.on("POST /v1/auth/refresh", pair("two", "2030-01-02T03:33:30Z"));

        vt("2030-01-02T03:17:00Z", "auth", "status");
        assertThat(called("POST /v1/auth/refresh")).isZero();
        vt("2030-01-02T03:18:30Z", "auth", "status");
        vt("2030-01-02T03:18:31Z", "auth", "status");

        assertThat(called("POST /v1/auth/refresh")).isEqualTo(1);
        assertThat(Files.readString(store())).contains("vt_rt_canary_two").doesNotContain("canary_one", "nonce");
    }

    @Test
    void aRenewalThatGotNoAnswerIsRepeatedWithTheSameNonceA19() throws IOException {
        vt(NOW, "auth", "login", "--no-browser");
        api.on("POST /v1/auth/refresh", 500, Things.problem(500, "internal", "a defect", ""));
        vt("2030-01-02T03:18:30Z", "auth", "status");
        String nonce = Files.readString(store()).replaceAll("(?s).*\"nonce\": *\"([^\"]*)\".*", "$1");
        api.on("POST /v1/auth/refresh", pair("two", "2030-01-02T03:33:30Z"));

        vt("2030-01-02T03:18:31Z", "auth", "status");

        assertThat(api.calls().stream().filter(call -> call.startsWith("POST /v1/auth/refresh")))
                .hasSize(2)
                .allMatch(call -> call.contains("\"nonce\":\"" + nonce));
    }

    @Test
    void aRevokedSignInSaysWhatToDo() {
        vt(NOW, "auth", "login", "--no-browser");
        api.on("POST /v1/auth/refresh", 401, Things.problem(401, "token_revoked", "the sign-in was revoked", ""));

        Invocation done = vt("2030-01-02T04:00:00Z", "auth", "status");

        assertThat(done.exit()).isEqualTo(3);
        assertThat(done.err()).contains("token_revoked", "vt auth login");
    }

    @Test
    void logoutTellsTheServer() throws IOException {
        vt(NOW, "auth", "login", "--no-browser");
        api.on("POST /v1/auth/revoke", "{\"revoked\":true}");

        Invocation done = vt(NOW, "auth", "logout");

        assertThat(done.exit()).isZero();
        assertThat(called("POST /v1/auth/revoke")).isEqualTo(1);
        assertThat(Files.readString(store())).doesNotContain("canary");
    }

    @Test
    void aClientSignsInOnceAQuarterOfAnHourC12() {
        api.on(
                "POST /v1/auth/token",
                "{\"access_token\":\"vt_at_canary_client\",\"token_type\":\"Bearer\",\"expires_in\":900,"
                        + "\"expires_at\":\"2030-01-02T03:19:05Z\",\"scopes\":[]}");
        Map<String, String> client = Map.of("VT_CLIENT_ID", "cid_1", "VT_CLIENT_SECRET", "vt_cs_canary");

        Invocation first = vt(client, Instant.parse(NOW), "auth", "status");
        vt(client, Instant.parse("2030-01-02T03:10:00Z"), "auth", "status");
        vt(client, Instant.parse("2030-01-02T03:18:30Z"), "auth", "status");

        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.out() + first.err()).doesNotContain("canary");
        assertThat(called("POST /v1/auth/token")).isEqualTo(2);
    }

    @Test
    void aTokenOfTheEnvironmentComesFirst() {
        vt(Map.of("VT_TOKEN", "vt_pat_canary", "VT_CLIENT_ID", "cid_1"), Instant.parse(NOW), "auth", "status");

        assertThat(api.calls()).isEqualTo(List.of("GET /v1/auth/whoami"));
    }
}
