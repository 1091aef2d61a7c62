package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C15. */
class CompletionTest {
    @TempDir
    Path home;

    private List<String> complete(StubApi api, String... words) {
        return complete(api.url(), words);
    }

    private List<String> complete(String server, String... words) {
        List<String> all = new ArrayList<>(List.of("__complete"));
        all.addAll(List.of(words));
        Invocation done =
                Invocation.run(server, home, "", all, Map.of("VT_ORG", "acme", "VT_APP", "shop", "VT_ENV", "prod"));
        assertThat(done.err()).isEmpty();
        assertThat(done.exit()).isZero();
        return done.out().lines().toList();
    }

    /** Asked until the answer was in time: completion gives up early by design. */
    private List<String> eventually(StubApi api, String... words) {
        List<String> found = complete(api, words);
        for (int i = 0; found.isEmpty() && i < 50; i++) {
            found = complete(api, words);
        }
        return found;
    }

    @Test
    void knowsCommandsAndFlags_C15() throws IOException {
        try (StubApi api = new StubApi()) {
            assertThat(complete(api, "dep")).containsExactly("deploy", "deploys");
            assertThat(complete(api, "orgs", "")).containsExactly("create", "delete", "describe", "list", "update");
            assertThat(complete(api, "deploy", "--wa")).containsExactly("--wait", "--wait-timeout");
            assertThat(complete(api, "orgs", "list", "--format", "")).containsExactly("table", "json", "ids");
            assertThat(complete(api, "completion", "")).containsExactly("bash", "fish", "zsh");
            assertThat(complete(api, "tokens", "create", "--kind", "")).containsExactly("node", "edge", "server");
            assertThat(complete(api, "describe", "ins")).containsExactly("instance");
            assertThat(complete(api)).isNotEmpty();
            assertThat(api.calls()).isEmpty();
        }
    }

    @Test
    void knowsNamesAndIds_C15() throws IOException {
        try (StubApi api = new StubApi()) {
            String env = "/v1/orgs/" + Things.ORG + "/envs/" + Things.ENV;
            api.on(
                            "GET " + env + "/instances",
                            Things.page(
                                    Things.instance(Things.INSTANCE_1, "ready", ""),
                                    Things.instance(Things.INSTANCE_2, "stopped", "")))
                    .on("GET " + env + "/processes", Things.page(Things.process(2, 2, 0, "")))
                    .on("GET " + env + "/secrets", Things.secrets(2));
            assertThat(eventually(api, "orgs", "describe", "")).containsExactly("acme");
            assertThat(eventually(api, "status", "--env", "p")).containsExactly("prod");
            assertThat(eventually(api, "exec", "inst")).containsExactly(Things.INSTANCE_1);
            assertThat(eventually(api, "scale", "")).containsExactly("web=");
            assertThat(eventually(api, "secrets", "unset", "T")).containsExactly("TOKEN");
            assertThat(eventually(api, "describe", "project", "")).containsExactly("web");
        }
    }

    @Test
    void isSilentOnErrorsAndRemembersTheLastAnswer_C15() throws IOException {
        assertThat(complete("http://127.0.0.1:1", "orgs", "describe", "")).isEmpty();
        assertThat(complete("nonsense", "orgs", "describe", "")).isEmpty();
        assertThat(complete("http://127.0.0.1:1", "nosuch", "x", "")).isEmpty();
        String url;
        try (StubApi api = new StubApi()) {
            url = api.url();
            assertThat(eventually(api, "apps", "describe", "")).containsExactly("shop");
        }
        assertThat(complete(url, "apps", "describe", "")).containsExactly("shop");
    }
}
