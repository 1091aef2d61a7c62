package dev.vt.cli;

import static dev.vt.cli.StubApi.APP;
import static dev.vt.cli.StubApi.ENV;
import static dev.vt.cli.StubApi.ORG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C18: what commands print, byte for byte. {@code -Dvt.golden.write=true} rewrites the files under src/test/golden. */
class GoldenTest {
    private static final Path GOLDEN = Path.of(System.getProperty("vt.root"), "cli/src/test/golden");
    private static final boolean WRITE = Boolean.getBoolean("vt.golden.write");
    private static final String O = "/v1/orgs/" + ORG;
    private static final String DEPLOY = "dep_01k9ejzeaae4ma4jz41b93y214";
    private static final String RELEASE = "rel_01k9ejze95es8r65rzyjka792g";

    private static final String CONFIG =
            "{\"id\":\"cls_01k9ejze95es8r65rzyjka792h\",\"resource_version\":7,\"document\":{\"raft\":{\"desired_voters\":5}},\"advice\":[]}";

    @TempDir
    Path home;

    /** @param setup what the server answers beyond the usual target */
    record Case(String name, String command, java.util.function.Consumer<StubApi> setup) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, String command) {
        return new Case(name, command, api -> {});
    }

    private static Case of(String name, String command, java.util.function.Consumer<StubApi> setup) {
        return new Case(name, command, setup);
    }

    static Stream<Case> cases() {
        String planEmpty = "{\"changes\":[],\"plan_hash\":\"sha256:6f0a91c2aa\",\"event_id\":48190}";
        String plan = """
                {"plan_hash":"sha256:6f0a91c2aa","event_id":48190,"changes":[
                 {"op":"update","kind":"process","id":null,"name":"web","summary":"memory 256Mi -> 512Mi","destructive":false},
                 {"op":"create","kind":"route","id":null,"name":"shop.example.com:443","summary":"-> web:8443","destructive":false},
                 {"op":"delete","kind":"route","id":null,"name":"old.example.com:443","summary":"deleted","destructive":true}]}""";
        return Stream.of(
                of("version", "version"),
                of("version-json", "version --json"),
                of("unknown-command", "deplyo"),
                of("unknown-command-json", "deplyo --json"),
                of("config-get", "config get", api -> api.on("GET /v1/cluster/config", CONFIG)),
                of("config-get-json", "config get --json", api -> api.on("GET /v1/cluster/config", CONFIG)),
                of("config-set-without-revision", "config set --file -"),
                of(
                        "config-set",
                        "config set --file config.json --if-revision 6 --comment more",
                        api -> api.on(
                                "PUT /v1/cluster/config",
                                StubApi.mutation(
                                        "applied",
                                        "{\"config\":\"cls_01k9ejze95es8r65rzyjka792h\"}",
                                        "[{\"op\":\"update\",\"kind\":\"config\",\"name\":\"cluster\",\"summary\":\"revision 7\",\"destructive\":false}]",
                                        CONFIG))),
                of(
                        "config-set-conflict",
                        "config set --file config.json --if-revision 5",
                        api -> api.on(
                                "PUT /v1/cluster/config",
                                412,
                                StubApi.problem(
                                        412, "version_conflict", "the resource has changed since it was read", ""))),
                of(
                        "config-set-invalid",
                        "config set --file config.json --if-revision 6",
                        api -> api.on(
                                "PUT /v1/cluster/config",
                                422,
                                StubApi.problem(422, "config_invalid", "raft.desired_voters must be from 1 to 7", ""))),
                of("config-set-not-json", "config set --file vt.toml --if-revision 6"),
                of(
                        "config-validate",
                        "config validate --file config.json",
                        api -> api.on(
                                "POST /v1/cluster/config/validate",
                                "{\"valid\":true,\"violations\":[],\"advice\":[{\"code\":\"even_voters\",\"path\":\"raft.desired_voters\",\"message\":\"4 voters survive no more failures than 3\"}],\"diff\":[{\"path\":\"raft.desired_voters\",\"old\":3,\"new\":4}]}")),
                of(
                        "config-validate-invalid",
                        "config validate --file config.json",
                        api -> api.on(
                                "POST /v1/cluster/config/validate",
                                "{\"valid\":false,\"violations\":[{\"code\":\"unknown_key\",\"path\":\"raft.desired_voter\",\"message\":\"is not a key; did you mean raft.desired_voters?\",\"nearest\":\"raft.desired_voters\"}],\"advice\":[],\"diff\":[]}")),
                of(
                        "config-versions",
                        "config versions",
                        api -> api.on(
                                "GET /v1/cluster/config/versions",
                                StubApi.page(
                                        "{\"revision\":2,\"created_at\":\"2030-01-02T03:04:05.678Z\",\"author_id\":\"usr_01k9ejze95es8r65rzyjka7920\",\"comment\":null,\"to_revision\":null,\"changed_keys\":[\"raft.desired_voters\"]}",
                                        "{\"revision\":3,\"created_at\":\"2030-01-02T03:05:05.678Z\",\"author_id\":\"usr_01k9ejze95es8r65rzyjka7920\",\"comment\":\"back\",\"to_revision\":1,\"changed_keys\":[]}"))),
                of(
                        "config-diff",
                        "config diff 1 2",
                        api -> api.on(
                                "GET /v1/cluster/config/diff",
                                "{\"from\":1,\"to\":2,\"changes\":[{\"path\":\"limits.page_items\",\"old\":200,\"new\":100},{\"path\":\"raft.desired_voters\",\"old\":3,\"new\":5}]}")),
                of(
                        "config-diff-none",
                        "config diff",
                        api -> api.on("GET /v1/cluster/config/diff", "{\"from\":1,\"to\":2,\"changes\":[]}")),
                of(
                        "config-rollback",
                        "config rollback 1 --if-revision 2",
                        api -> api.on(
                                "POST /v1/cluster/config/rollback",
                                StubApi.mutation(
                                        "applied",
                                        "{\"config\":\"cls_01k9ejze95es8r65rzyjka792h\"}",
                                        "[{\"op\":\"update\",\"kind\":\"config\",\"name\":\"cluster\",\"summary\":\"revision 3, content of 1\",\"destructive\":false}]",
                                        CONFIG))),
                of(
                        "config-status",
                        "config status",
                        api -> api.on(
                                "GET /v1/cluster/config/status",
                                "{\"revision\":7,\"components\":[{\"kind\":\"server\",\"id\":\"srv_01k9ejze95es8r65rzyjka7920\",\"name\":\"a\",\"revision\":7,\"lags\":true,\"restart_keys\":[\"raft.heartbeat_ms\"]},{\"kind\":\"server\",\"id\":\"srv_01k9ejze95es8r65rzyjka7921\",\"name\":\"b\",\"revision\":null,\"lags\":false,\"restart_keys\":[]}]}")),
                of("group-without-verb", "orgs"),
                of("unknown-flag", "orgs list --jsn"),
                of("orgs-list", "orgs list"),
                of("orgs-list-json", "orgs list --json"),
                of("orgs-list-ids", "orgs list --format ids"),
                of("orgs-list-empty", "orgs list", api -> api.on("GET /v1/orgs", StubApi.page())),
                of("org-singular", "org list"),
                of("target-missing", "envs list --app nosuch"),
                of(
                        "projects-create",
                        "projects create tools",
                        api -> api.on(
                                "POST " + O + "/projects",
                                201,
                                StubApi.mutation(
                                        "applied",
                                        "{\"project\":\"prj_01k9ejze95es8r65rzyjka7929\"}",
                                        "[{\"op\":\"create\",\"kind\":\"project\",\"name\":\"tools\",\"summary\":\"created\",\"destructive\":false}]",
                                        StubApi.named("prj_01k9ejze95es8r65rzyjka7929", "tools")))),
                of(
                        "projects-create-taken",
                        "projects create web",
                        api -> api.on(
                                "POST " + O + "/projects",
                                409,
                                StubApi.problem(
                                        409,
                                        "name_taken",
                                        "the org has another project named web",
                                        "choose another name"))),
                of(
                        "projects-create-taken-json",
                        "projects create web --json",
                        api -> api.on(
                                "POST " + O + "/projects",
                                409,
                                StubApi.problem(
                                        409,
                                        "name_taken",
                                        "the org has another project named web",
                                        "choose another name"))),
                of(
                        "scale",
                        "scale web=3",
                        api -> api.on(
                                "PATCH " + O + "/envs/" + ENV + "/scale",
                                StubApi.mutation("applied", "{\"env\":\"" + ENV + "\"}", "[]", "{}"))),
                of(
                        "scale-same",
                        "scale web=3",
                        api -> api.on(
                                "PATCH " + O + "/envs/" + ENV + "/scale",
                                StubApi.mutation("unchanged", "{\"env\":\"" + ENV + "\"}", "[]", "{}"))),
                of("scale-misuse", "scale web=many"),
                of("plan", "plan", api -> api.on("POST " + O + "/envs/" + ENV + "/plan", plan)),
                of("plan-exit-code", "plan --exit-code", api -> api.on("POST " + O + "/envs/" + ENV + "/plan", plan)),
                of("plan-empty", "plan --exit-code", api -> api.on("POST " + O + "/envs/" + ENV + "/plan", planEmpty)),
                of(
                        "deploy-gate",
                        "deploy",
                        api -> api.on("GET " + O + "/envs/" + ENV + "/secrets", "{\"number\":null,\"keys\":[]}")),
                of(
                        "deploy-destructive",
                        "deploy",
                        api -> deployable(api).on("POST " + O + "/envs/" + ENV + "/plan", plan)),
                of(
                        "deploy",
                        "deploy",
                        api -> deployable(api)
                                .on("POST " + O + "/envs/" + ENV + "/plan", planEmpty)
                                .on(
                                        "POST " + O + "/envs/" + ENV + "/deploys",
                                        202,
                                        StubApi.mutation(
                                                "applied",
                                                "{\"release\":\"" + RELEASE + "\",\"deploy\":\"" + DEPLOY + "\"}",
                                                "[{\"op\":\"update\",\"kind\":\"process\",\"name\":\"web\",\"summary\":\"replaces 2\",\"destructive\":false}]",
                                                "{\"id\":\"" + DEPLOY + "\"}"))),
                of("deploy-no-manifest", "deploy --manifest nosuch.toml"),
                of("manifest-invalid", "manifest validate --manifest bad.toml"),
                of("manifest-invalid-json", "manifest validate --manifest bad.toml --json"),
                of("secret-as-argument", "secrets set DATABASE_URL=postgres"),
                of("secrets-validate", "secrets validate --from -"),
                of("delete-unconfirmed", "envs delete prod"),
                of("exec-misuse", "exec"),
                of(
                        "exec-not-running",
                        "exec inst_01k9ejze95es8r65rzyjka7924 -- ls",
                        api -> api.on(
                                "POST " + O + "/instances/inst_01k9ejze95es8r65rzyjka7924/exec",
                                409,
                                StubApi.problem(
                                        409,
                                        "instance_not_running",
                                        "the instance is booting, not ready",
                                        "wait for it"))),
                of(
                        "logs",
                        "logs --timestamps",
                        api -> api.on(
                                "GET " + O + "/envs/" + ENV + "/logs",
                                StubApi.page(
                                        "{\"type\":\"log\",\"ts\":\"2030-01-02T03:04:05.678Z\",\"process_type\":\"web\",\"instance_id\":\"inst_01k9ejze95es8r65rzyjka7924\",\"stream\":\"stdout\",\"line\":\"hello\\u001b[31m\"}",
                                        "{\"type\":\"gap\",\"count\":12}"))));
    }

    private static StubApi deployable(StubApi api) {
        return api.on("GET " + O + "/envs/" + ENV + "/secrets", "{\"number\":1,\"cause\":\"confirm_none\",\"keys\":[]}")
                .on(
                        "POST " + O + "/apps/" + APP + "/releases",
                        201,
                        StubApi.mutation("applied", "{}", "[]", "{\"id\":\"" + RELEASE + "\",\"number\":12}"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void printsWhatItPrinted(Case golden) throws IOException {
        Files.writeString(home.resolve("vt.toml"), """
                schema_version = "v1"
                [image]
                ref = "registry.example.com/acme/shop@sha256:9c1e6f4d0b7a2c58e3f1d6b9a4870c25f3e8d1b6a7c09542e6f81b3d7a5c0e94"
                [processes.web.resources]
                memory = "256Mi"
                """);
        Files.writeString(home.resolve("config.json"), "{\"raft\": {\"desired_voters\": 5}}\n");
        Files.writeString(home.resolve("bad.toml"), "schema_version = \"v1\"\n[procceses.web]\nx = 1\n");
        try (StubApi api = new StubApi()) {
            golden.setup().accept(api);
            Invocation done = Invocation.run(
                    api.url(),
                    home,
                    "export A=secret-canary\nB='two'\n",
                    List.of(golden.command().split(" ")));
            assertThat(done.out() + done.err()).doesNotContain("vt_pat_canary", "secret-canary");
            String transcript = done.transcript(golden.command());
            Path file = GOLDEN.resolve(golden.name() + ".txt");
            if (WRITE) {
                Files.createDirectories(GOLDEN);
                Files.writeString(file, transcript);
            }
            assertThat(transcript).isEqualTo(Files.readString(file));
        }
    }

    /** C19: every command that a golden suggests parses in the program itself. */
    @ParameterizedTest
    @MethodSource("suggestions")
    void suggestedCommandsParse(String command) throws IOException {
        try (StubApi api = new StubApi()) {
            Invocation done = Invocation.run(
                    api.url(), home, "", List.of((command + " --help").strip().split(" ")));
            assertThat(done.exit()).as(done.err()).isZero();
        }
    }

    static Stream<String> suggestions() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            List<String> lines = files.flatMap(GoldenTest::lines).toList();
            return lines.stream()
                    .filter(line -> line.matches("(      next      |  fix       )vt .*"))
                    .map(line -> line.substring(line.indexOf("vt ") + 3))
                    .flatMap(line -> Stream.of(line.split(", or: vt ")))
                    .map(line -> line.replaceAll(" ?--help$", ""))
                    .distinct();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
