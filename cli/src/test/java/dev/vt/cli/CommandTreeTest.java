package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTreeTest {
    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "launch",
                "deploy",
                "apply",
                "plan",
                "status",
                "rollback",
                "scale",
                "restart",
                "logs",
                "events",
                "exec",
                "ssh",
                "describe",
                "wait",
                "orgs",
                "projects",
                "apps",
                "envs",
                "releases",
                "deploys",
                "instances",
                "routes",
                "endpoints",
                "secrets",
                "nodes",
                "edges",
                "tokens",
                "auth",
                "context",
                "manifest",
                "doctor",
                "version",
                "completion",
                "dev",
                "server",
                "agent",
                "edge",
                "cluster",
                "starters",
                "api"
            })
    void everyCommandOfTheContractExplainsItself(String command) {
        Invocation done = Invocation.run("http://127.0.0.1:1", home, "", List.of(command, "--help"));
        assertThat(done.exit()).as(done.err()).isZero();
        assertThat(done.out()).contains("Usage: ");
    }
}
