package dev.vt.cli;

import static dev.vt.cli.Things.ORG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C18 for members, users, service principals, quotas, usage and the audit trail. */
class IdentityCommandsTest {
    private static final Path GOLDEN = Path.of(System.getProperty("vt.root"), "cli/src/test/golden-identity");
    private static final String O = "/v1/orgs/" + ORG;
    private static final String MEMBER = "mem_01k9ejze95es8r65rzyjka7930";
    private static final String USER = "usr_01k9ejze95es8r65rzyjka7931";
    private static final String PRINCIPAL = "sp_01k9ejze95es8r65rzyjka7932";

    @TempDir
    Path home;

    /** @param setup what the server answers beyond the usual target */
    record Case(String name, String command, Consumer<StubApi> setup) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, String command, Consumer<StubApi> setup) {
        return new Case(name, command, setup);
    }

    private static final String TIMES =
            "\"created_at\":\"2030-01-02T03:04:05Z\",\"updated_at\":\"2030-01-02T03:04:05Z\",\"resource_version\":4";
    private static final String ANN = "{\"id\":\"" + MEMBER + "\",\"org_id\":\"" + ORG
            + "\",\"user_id\":null,\"email\":\"ann@example.com\",\"role\":\"developer\"," + TIMES + "}";
    private static final String BEA = "{\"id\":\"" + USER
            + "\",\"email\":\"bea@example.com\",\"display_name\":\"Bea\",\"operator\":false,\"disabled\":false," + TIMES
            + "}";
    private static final String CI = "{\"id\":\"" + PRINCIPAL + "\",\"org_id\":\"" + ORG
            + "\",\"name\":\"ci\",\"client_id\":\"cid_01k9ejze95es8r65rzyjka7933\",\"scopes\":[\"deploys:write\"],"
            + "\"resource\":null," + TIMES + "}";
    private static final String QUOTA = "{\"org_id\":\"" + ORG
            + "\",\"tier\":\"small\",\"limits\":{\"max_apps\":7},\"effective\":{\"max_apps\":7,\"max_envs\":10},"
            + "\"note\":null,\"resource_version\":3}";
    private static final String USAGE = "{\"org_id\":\"" + ORG
            + "\",\"items\":[{\"dimension\":\"max_apps\",\"used\":2,\"limit\":7},"
            + "{\"dimension\":\"max_sites\",\"used\":0,\"limit\":null}]}";
    private static final String AUDIT =
            Things.page("{\"id\":\"aud_01k9ejze95es8r65rzyjka7934\",\"event_id\":7,\"at\":\"2030-01-02T03:04:05Z\","
                    + "\"actor_type\":\"user\",\"actor_id\":\"" + USER + "\",\"request_id\":\"req_1\",\"scopes\":[],"
                    + "\"action\":\"member.add\",\"resource\":\"" + MEMBER
                    + "\",\"decision\":\"allow\",\"result\":\"applied\",\"source_net\":\"192.0.2.0/24\"}");

    private static String withSecret(String mutation, String secret) {
        return mutation.substring(0, mutation.lastIndexOf('}')) + ",\"secret\":\"" + secret + "\"}";
    }

    private static String applied(String resource, String... ids) {
        return Things.mutation("test", "applied", resource, new String[0], ids);
    }

    static Stream<Case> cases() {
        return Stream.of(
                of("members-list", "members list", api -> api.on("GET " + O + "/members", Things.page(ANN))),
                of("members-list-empty", "members list", api -> api.on("GET " + O + "/members", Things.page())),
                of(
                        "members-add",
                        "members add ann@example.com --role developer",
                        api -> api.on("POST " + O + "/members", 201, applied(ANN, "member=" + MEMBER))),
                of(
                        "members-update",
                        "members update ann@example.com --role admin",
                        api -> api.on("GET " + O + "/members", Things.page(ANN))
                                .on("PATCH " + O + "/members/" + MEMBER, applied(ANN, "member=" + MEMBER))),
                of(
                        "members-remove-last-owner",
                        "members remove " + MEMBER + " --yes",
                        api -> api.on("GET " + O + "/members/" + MEMBER, ANN)
                                .on(
                                        "DELETE " + O + "/members/" + MEMBER,
                                        409,
                                        Things.problem(
                                                409, "last_owner", "an org keeps at least one owner", "add another"))),
                of(
                        "members-unknown",
                        "members remove nobody --yes",
                        api -> api.on("GET " + O + "/members", Things.page())),
                of("users-list-json", "users list --json", api -> api.on("GET /v1/users", Things.page(BEA))),
                of(
                        "users-create",
                        "users create bea@example.com --name Bea",
                        api -> api.on("POST /v1/users", 201, withSecret(applied(BEA, "user=" + USER), "vt_inv_once"))),
                of(
                        "users-invite-ids",
                        "users invite " + USER + " --format ids",
                        api -> api.on("GET /v1/users/" + USER, BEA)
                                .on(
                                        "POST /v1/users/" + USER + "/invite",
                                        withSecret(applied(BEA, "user=" + USER), "vt_inv_once"))),
                of(
                        "users-disable",
                        "users disable bea@example.com --reason left",
                        api -> api.on("GET /v1/users", Things.page(BEA))
                                .on("POST /v1/users/" + USER + "/disable", applied(BEA, "user=" + USER))),
                of("users-update-nothing", "users update " + USER, api -> {}),
                of(
                        "sp-create",
                        "sp create ci --scope deploys:write",
                        api -> api.on(
                                "POST " + O + "/service-principals",
                                201,
                                withSecret(applied(CI, "service_principal=" + PRINCIPAL), "vt_cs_once"))),
                of(
                        "sp-rotate",
                        "sp rotate ci --overlap 2h",
                        api -> api.on("GET " + O + "/service-principals", Things.page(CI))
                                .on(
                                        "POST " + O + "/service-principals/" + PRINCIPAL + "/rotate",
                                        withSecret(applied(CI, "service_principal=" + PRINCIPAL), "vt_cs_once"))),
                of(
                        "service-principals-list",
                        "service-principals list",
                        api -> api.on("GET " + O + "/service-principals", Things.page(CI))),
                of("quotas-show", "quotas show", api -> api.on("GET " + O + "/quotas", QUOTA)),
                of("quotas-show-json", "quotas show --json", api -> api.on("GET " + O + "/quotas", QUOTA)),
                of(
                        "quotas-set",
                        "quotas set max_instances=20 max_apps=",
                        api -> api.on("GET " + O + "/quotas", QUOTA).on("PUT " + O + "/quotas", applied(QUOTA))),
                of("quotas-set-misuse", "quotas set max_apps=many", api -> api.on("GET " + O + "/quotas", QUOTA)),
                of("usage-show", "usage show", api -> api.on("GET " + O + "/usage", USAGE)),
                of("audit-query", "audit query --action member.add", api -> api.on("GET " + O + "/audit", AUDIT)),
                of("audit-query-json", "audit query --json", api -> api.on("GET " + O + "/audit", AUDIT)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void printsWhatItDidLastTime(Case golden) throws IOException {
        try (StubApi api = new StubApi()) {
            golden.setup().accept(api);
            Invocation done =
                    Invocation.run(api.url(), home, "", List.of(golden.command().split(" ")));
            assertThat(done.out() + done.err()).doesNotContain("vt_pat_canary-of-the-client");
            String transcript = done.transcript(golden.command());
            Path file = GOLDEN.resolve(golden.name() + ".txt");
            if (Boolean.getBoolean("vt.golden.write")) {
                Files.createDirectories(GOLDEN);
                Files.writeString(file, transcript);
            }
            assertThat(transcript).isEqualTo(Files.readString(file));
        }
    }

    /** C19. */
    @ParameterizedTest
    @MethodSource("suggestions")
    void suggestedCommandsParse(String command) {
        Invocation done = Invocation.run("http://127.0.0.1:1", home, "", List.of((command + " --help").split(" ")));
        assertThat(done.exit()).as(done.err()).isZero();
    }

    static Stream<String> suggestions() throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(GOLDEN)) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream()
                        .filter(line -> line.matches("(      next      |  fix       )vt .*"))
                        .map(line -> line.substring(line.indexOf("vt ") + 3).replaceAll("<[a-z]+:[0-9]+>", "x"))
                        .map(line -> line.replaceAll(" --help$", ""))
                        .forEach(found::add);
            }
        }
        return found.stream();
    }

    @Test
    void quotasThatAreNotNamedStay() throws IOException {
        try (StubApi api = new StubApi()) {
            api.on("GET " + O + "/quotas", QUOTA).on("PUT " + O + "/quotas", applied(QUOTA));

            Invocation.run(api.url(), home, "", List.of("quotas", "set", "max_envs=3"));

            assertThat(api.calls())
                    .anySatisfy(call -> assertThat(call)
                            .startsWith("PUT " + O + "/quotas ")
                            .contains("\"max_apps\":7", "\"max_envs\":3", "\"tier\":\"small\""));
        }
    }
}
