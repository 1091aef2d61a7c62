package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Shell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C20: what a person at a terminal sees: prompts, Ctrl-C while waiting, a block that is drawn again, a closed pipe. */
class TerminalTest {
    private static final String E = "/v1/orgs/" + Things.ORG + "/envs/" + Things.ENV;
    private static final Shell.Terminals ALL = new Shell.Terminals(true, true, true, 60);

    @TempDir
    Path home;

    private StubApi api;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Interrupts interrupts = new Interrupts();

    @BeforeEach
    void start() throws IOException {
        api = new StubApi();
        Files.writeString(home.resolve("vt.toml"), """
                schema_version = "v1"
                [image]
                ref = "registry.example.com/acme/shop@sha256:9c1e6f4d0b7a2c58e3f1d6b9a4870c25f3e8d1b6a7c09542e6f81b3d7a5c0e94"
                [processes.web.resources]
                memory = "256Mi"
                """);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private int run(Shell.Terminals terminals, OutputStream stdout, String typed, String command) {
        return run(terminals, stdout, new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), command);
    }

    private int run(Shell.Terminals terminals, OutputStream stdout, InputStream stdin, String command) {
        Map<String, String> env = new HashMap<>(Map.of(
                "VT_ORG",
                "acme",
                "VT_APP",
                "shop",
                "VT_ENV",
                "prod",
                "VT_SERVER",
                api.url(),
                "VT_TOKEN",
                "vt_pat_canary"));
        env.put("HOME", home.toString());
        env.put("TERM", "xterm");
        Shell shell = new Shell(
                new PrintStream(stdout, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                stdin,
                env,
                home,
                Clock.fixed(Instant.parse("2030-01-02T03:04:05Z"), ZoneOffset.UTC),
                () -> "key-1",
                terminals,
                interrupts,
                (role, args) -> 0);
        return Cli.run(shell, command.split(" "));
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private void deletable() {
        api.on("DELETE " + E, Things.mutation("envs.delete", "applied", "null", new String[] {}, "env=" + Things.ENV));
    }

    @Test
    void deletingAsksForTheName_C3() {
        deletable();
        assertThat(run(ALL, out, "prod\n", "envs delete prod")).isZero();
        assertThat(err()).contains("Type 'prod' to delete env prod: ");
        assertThat(out()).startsWith("OK    deleted env prod\n");
    }

    @Test
    void anotherNameChangesNothing_C3() {
        deletable();
        assertThat(run(ALL, out, "staging\n", "envs delete prod")).isEqualTo(2);
        assertThat(err()).contains("not confirmed; nothing was changed (confirmation_required)");
        assertThat(api.calls()).noneMatch(call -> call.startsWith("DELETE"));
    }

    @Test
    void noInputNeverAsks_C3() {
        deletable();
        assertThat(run(ALL, out, "prod\n", "envs delete prod --no-input")).isEqualTo(2);
        assertThat(err()).doesNotContain("Type 'prod'");
    }

    @Test
    void aDestructivePlanIsConfirmedByTheNameOfTheEnv_C3() {
        deployable();
        api.on("POST " + E + "/plan", Things.plan(Things.change("delete", "route", "old.example.com:443", "", true)));
        assertThat(run(ALL, out, "prod\n", "deploy")).isZero();
        assertThat(api.calls())
                .anyMatch(call ->
                        call.startsWith("POST " + E + "/deploys") && call.contains("\"allow_destructive\":true"));
    }

    private void deployable() {
        api.on("GET " + E + "/secrets", Things.secrets(2))
                .on("POST " + E + "/plan", Things.plan(Things.changes()))
                .on(
                        "POST /v1/orgs/" + Things.ORG + "/apps/" + Things.APP + "/releases",
                        201,
                        Things.mutation(
                                "releases.create",
                                "applied",
                                Things.release(Things.RELEASE_12, 12, "low"),
                                new String[] {},
                                "release=" + Things.RELEASE_12))
                .on(
                        "POST " + E + "/deploys",
                        202,
                        Things.mutation(
                                "deploys.create",
                                "applied",
                                Things.deploy(Things.DEPLOY_2, Things.RELEASE_12, "queued", ""),
                                new String[] {},
                                "deploy=" + Things.DEPLOY_2))
                .on("GET " + E + "/processes", Things.page(Things.process(2, 1, 1, "")))
                .on("GET " + E + "/instances", Things.page(Things.instance(Things.INSTANCE_1, "booting", "")))
                .on("GET /v1/orgs/" + Things.ORG + "/events/stream", "")
                .on(
                        "GET /v1/orgs/" + Things.ORG + "/deploys/" + Things.DEPLOY_2,
                        Things.deploy(Things.DEPLOY_2, Things.RELEASE_12, "rolling", ""));
    }

    /** The deploy goes on: nothing is sent to end it, and the receipt says how to wait again. */
    @Test
    void ctrlCEndsTheWaitingAndNotTheDeploy_C20() throws Exception {
        deployable();
        CompletableFuture<Integer> running =
                CompletableFuture.supplyAsync(() -> run(Shell.Terminals.NONE, out, "", "deploy --wait"));
        String looked = "GET /v1/orgs/" + Things.ORG + "/deploys/" + Things.DEPLOY_2;
        while (api.calls().stream().noneMatch(looked::equals)) {
            assertThat(running).isNotDone();
            Thread.onSpinWait();
        }
        interrupts.raise();
        assertThat(running.get(60, TimeUnit.SECONDS)).isEqualTo(130);
        assertThat(err()).contains("interrupted: the deploy goes on");
        assertThat(out())
                .startsWith("OK    deployed shop v12 to prod\n")
                .contains("next      vt wait deploy " + Things.DEPLOY_2);
        assertThat(out()).doesNotContain("outcome");
        assertThat(api.calls()).noneMatch(call -> call.startsWith("DELETE"));
    }

    @Test
    void ctrlCEndsATailWithZero_C11() throws Exception {
        api.on("GET " + E + "/logs/stream", Things.log("hello") + "\n");
        CompletableFuture<Integer> running =
                CompletableFuture.supplyAsync(() -> run(Shell.Terminals.NONE, out, "", "logs tail"));
        while (api.calls().stream().noneMatch(call -> call.contains("/logs/stream"))) {
            Thread.onSpinWait();
        }
        interrupts.raise();
        assertThat(running.get(60, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aTailGoesOnFromItsCursorAndMarksLosses_C11() throws Exception {
        String first = Things.log("one").replaceFirst("}$", ",\"cursor\":\"c1\"}") + "\n";
        String gap = "{\"type\":\"gap\",\"ts\":\"2030-01-02T03:04:05Z\",\"count\":12,\"cursor\":\"c2\"}\n";
        String second = """
                {"type":"head","ts":"2030-01-02T03:04:05Z","cursor":"c3"}
                {"type":"end","ts":"2030-01-02T03:04:05Z","reason":"max_duration"}
                """;
        api.on("GET " + E + "/logs/stream", first + gap).then("GET " + E + "/logs/stream", 200, second);
        CompletableFuture<Integer> running =
                CompletableFuture.supplyAsync(() -> run(Shell.Terminals.NONE, out, "", "logs tail --limit 5"));
        while (api.calls().stream().noneMatch(call -> call.endsWith("cursor=c3"))) {
            assertThat(running).isNotDone();
            Thread.onSpinWait();
        }
        interrupts.raise();
        assertThat(running.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(out()).isEqualTo("web/ka7931 stdout one\n-- 12 lines dropped\n");
        List<String> streams =
                api.calls().stream().filter(call -> call.contains("/stream")).toList();
        assertThat(streams.get(0)).endsWith("?tail_lines=5");
        assertThat(streams.get(1)).endsWith("?cursor=c2");
    }

    @Test
    void theBlockIsDrawnAgainAndCutToTheTerminal_C20() {
        deployable();
        api.then(
                "GET /v1/orgs/" + Things.ORG + "/deploys/" + Things.DEPLOY_2,
                200,
                Things.deploy(Things.DEPLOY_2, Things.RELEASE_12, "succeeded", ""));
        assertThat(run(ALL, out, "", "deploy --wait")).isZero();
        assertThat(err())
                .contains("\r\u001b[Kdeploy " + Things.DEPLOY_2 + " rolling\n")
                .contains("\u001b[2A");
        assertThat(err().lines().filter(line -> line.startsWith("\r\u001b[Kweb")))
                .allMatch(line -> line.length() <= 64);
        assertThat(out()).doesNotContain("\u001b");
    }

    @Test
    void tablesAreCutOnATerminalButIdsAreNot_C7() {
        assertThat(run(new Shell.Terminals(false, true, false, 60), out, "", "orgs list"))
                .isZero();
        assertThat(out()).contains(Things.ORG);
        assertThat(out().lines()).allMatch(line -> line.length() <= 60);
    }

    @Test
    void aClosedPipeEndsWithZero_C20() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThat(run(Shell.Terminals.NONE, closed, "", "orgs list")).isZero();
        api.on("GET " + E + "/logs/stream", Things.log("one") + "\n");
        assertThat(run(Shell.Terminals.NONE, closed, "", "logs tail")).isZero();
        assertThat(err()).isEmpty();
    }

    @Test
    void debugShowsCallsAndNoSecrets_C6() {
        api.on(
                "PATCH " + E + "/secrets",
                Things.mutation("secrets.set", "applied", Things.secrets(2), new String[] {}, "env=" + Things.ENV));
        assertThat(run(Shell.Terminals.NONE, out, "secret-canary", "secrets set TOKEN - --debug --verbose"))
                .isZero();
        assertThat(err()).contains("debug: PATCH " + E + "/secrets -> 200").contains("target: org=acme from VT_ORG");
        assertThat(err() + out()).doesNotContain("vt_pat_canary", "secret-canary");
    }

    @Test
    void aPauseEndsAtOnceWithCtrlC() {
        interrupts.raise();
        assertThat(interrupts.pause(Duration.ofHours(1))).isFalse();
    }
}
