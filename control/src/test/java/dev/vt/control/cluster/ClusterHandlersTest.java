package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ClusterHandlersTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    private TestClient operator;

    @BeforeEach
    void signIn() {
        operator = server.operator();
    }

    @Test
    void aNewClusterHasAPrefixAServerAndALeader() {
        JsonNode cluster = operator.get("/v1/cluster").json();

        assertThat(cluster.path("ipv6_prefix").asText()).matches("fd[0-9a-f]{2}:[0-9a-f]{4}:[0-9a-f]{4}::/48");
        assertThat(cluster.path("leader_epoch").asInt()).isEqualTo(1);
        JsonNode servers = operator.get("/v1/servers").json().path("items");
        assertThat(servers).hasSize(1);
        assertThat(servers.get(0).path("id")).isEqualTo(cluster.path("leader_id"));
    }

    @Test
    void aRestartIsANewEpochOfTheSameCluster() {
        JsonNode before = operator.get("/v1/cluster").json();

        server.restart();

        JsonNode after = server.operator().get("/v1/cluster").json();
        assertThat(after.path("id")).isEqualTo(before.path("id"));
        assertThat(after.path("leader_epoch").asInt()).isEqualTo(2);
    }

    @Test
    void inDirectModeTheLeaderStaysAndNobodyVotesV13() {
        JsonNode cluster = operator.get("/v1/cluster").json();
        assertThat(cluster.path("server_id")).isEqualTo(cluster.path("leader_id"));
        String path = "/v1/servers/" + cluster.path("server_id").asText();

        assertThat(operator.send("DELETE", path, null).code()).isEqualTo("quorum_unsafe");
        assertThat(operator.post(path + "/leave", Json.object()).code()).isEqualTo("quorum_unsafe");
        assertThat(operator.post(path + "/promote", Json.object()).code()).isEqualTo("not_supported");
        assertThat(operator.post(path + "/demote", Json.object()).code()).isEqualTo("not_supported");
        assertThat(operator.post(path + "/transfer-leadership", Json.object()).code())
                .isEqualTo("not_supported");
        assertThat(operator.post("/v1/servers/srv_00000000000000000000000000/demote", Json.object())
                        .code())
                .isEqualTo("not_found");
        assertThat(operator.get(path).json().path("voter_eligible").asBoolean()).isTrue();
    }

    @Test
    void everyViewIsRebuiltUnderWritesS18() throws InterruptedException {
        String org = "/v1/orgs/" + server.orgId();
        operator.post(org + "/projects", Json.object().put("name", "web"));
        JsonNode views = operator.get("/v1/cluster/views").json().path("items");
        assertThat(views).isNotEmpty();

        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger(1);
        Thread writer = Thread.ofVirtual().start(() -> {
            // Bounded: a rebuild that waits for quiet would wait for ever.
            while (!done.get() && written.get() < 3000) {
                operator.post(org + "/projects", Json.object().put("name", "p-" + written.getAndIncrement()));
            }
        });
        for (JsonNode view : views) {
            String path = "/v1/cluster/views/" + view.path("name").asText();
            assertThat(operator.send("POST", path + "/rebuild", null).status()).isEqualTo(200);
            assertThat(operator.send("POST", path + "/verify", null)
                            .json()
                            .path("clean")
                            .asBoolean())
                    .isTrue();
        }

        done.set(true);
        writer.join();
        assertThat(written.get()).isGreaterThan(views.size());
        assertThat(operator.get(org + "/projects?limit=200").json().path("items"))
                .hasSize(Math.min(200, written.get()));
        assertThat(operator.send("POST", "/v1/cluster/verify", null)
                        .json()
                        .path("clean")
                        .asBoolean())
                .isTrue();
        assertThat(operator.send("POST", "/v1/cluster/views/nothing/rebuild", null)
                        .code())
                .isEqualTo("not_found");
    }
}
