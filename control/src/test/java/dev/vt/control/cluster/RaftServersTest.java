package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.RaftServers;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.kernel.Json;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three servers and nothing else: joined by tokens, over mutual TLS, each on its own database (V1, V3, V9, V10, V11, V12). */
@Tag("cluster")
class RaftServersTest extends RaftServers {
    @Test
    void threeServersAndNothingElseSurviveTheLossOfOne() throws Exception {
        Server first = founded("a");
        Server second = joined("b", first);
        Server third = joined("c", first);
        await(
                "three voters",
                () -> first.get("/v1/servers").path("items").findValuesAsText("member").stream()
                                .filter("voter"::equals)
                                .count()
                        == 3);

        HttpResponse<String> made =
                second.send("POST", "/v1/orgs", Json.object().put("name", "via-follower"));
        assertThat(made.statusCode()).as("V10 %s", made.body()).isEqualTo(201);
        long event = Json.parse(made.body()).at("/receipt/event_id").asLong();
        assertThat(third.get("/v1/orgs", "vt-min-event-id", Long.toString(event))
                        .toString())
                .as("S16")
                .contains("via-follower");
        assertThat(second.get("/v1/orgs", "vt-consistency", "linearizable").toString())
                .as("V11")
                .contains("via-follower");
        for (Server server : servers) {
            HttpResponse<String> verified = server.send("POST", "/v1/cluster/verify", null);
            assertThat(Json.parse(verified.body()).path("server_id").asText())
                    .as("S19: each answers for itself, also a follower")
                    .isEqualTo(server.id);
        }

        Server old = leader();
        old.close();
        Server left = servers.stream()
                .filter(server -> server.plane != null)
                .findFirst()
                .orElseThrow();
        await(
                "a new leader writes",
                () -> left.send("POST", "/v1/orgs", Json.object().put("name", "after"))
                                .statusCode()
                        == 201);
        old.start();
        await(
                "the old one follows",
                () -> old.store().events().head() >= leader().store().events().head());
        allEqual();
    }

    /** V4, V5, V6, V7: what an operator asks for, the group becomes; whoever goes is told so and let in no more. */
    @Test
    void votesAndMembersChangeAsAnOperatorAsks() throws Exception {
        Server first = founded("a");
        Server second = joined("b", first);
        Server third = joined("c", first);
        await("three voters", () -> voters(first) == 3);

        assertThat(first.send("POST", path(second) + "/demote", Json.object()).statusCode())
                .isEqualTo(200);
        await("b has no vote", () -> voters(first) == 2 && !isVoter(first, second));
        assertThat(third.send("POST", path(second) + "/promote", Json.object()).statusCode())
                .isEqualTo(200);
        await("b has its vote back", () -> voters(first) == 3);

        Server next =
                servers.stream().filter(server -> !server.leads()).findFirst().orElseThrow();
        HttpResponse<String> handedOver = next.send("POST", path(next) + "/transfer-leadership", Json.object());
        assertThat(handedOver.statusCode()).as(handedOver.body()).isEqualTo(200);
        await("whoever was asked for leads", next::leads);

        Server leader = leader();
        String left = leader.id;
        Server stays =
                servers.stream().filter(server -> server != leader).findFirst().orElseThrow();
        assertThat(leader.send("POST", path(leader) + "/leave", Json.object()).statusCode())
                .isEqualTo(200);
        await("the leader is out", () -> leader.running().hasLeft());
        HttpResponse<String> told = leader.send("GET", "/v1/servers", null);
        assertThat(told.statusCode()).as(told.body()).isEqualTo(503);
        assertThat(Json.parse(told.body()).path("code").asText()).isEqualTo("stale_server");
        await("two are left, and another leads", () -> voters(stays) == 2 && leader() != leader);
        leader.close();
        assertThatThrownBy(leader::start).isInstanceOf(DepartedException.class).hasMessageContaining(left);
        servers.remove(leader);
        leader.database.close();

        Server removed =
                servers.stream().filter(server -> !server.leads()).findFirst().orElseThrow();
        Server last = leader();
        HttpResponse<String> answer = last.send("DELETE", path(removed), null);
        assertThat(answer.statusCode())
                .as("two of two can be reached: %s", answer.body())
                .isEqualTo(200);
        await(
                "one is left",
                () -> voters(last) == 1
                        && last.running()
                                        .raftLog()
                                        .membership()
                                        .current()
                                        .members()
                                        .size()
                                == 1);
        await(
                "the other is told",
                () -> removed.send("GET", "/v1/servers", null).statusCode() == 503);
        assertThat(last.send("POST", "/v1/orgs", Json.object().put("name", "alone"))
                        .statusCode())
                .isEqualTo(201);
        HttpResponse<String> unsafe = last.send("POST", path(last) + "/leave", Json.object());
        assertThat(unsafe.statusCode()).as(unsafe.body()).isEqualTo(409);
        assertThat(Json.parse(unsafe.body()).path("code").asText()).isEqualTo("quorum_unsafe");
        removed.close();
        servers.remove(removed);
        removed.database.close();
        allEqual();
    }

    /** V6, from silence to removal; a minute is the least that may be configured. */
    @Test
    void aServerThatFailedIsRemoved_V6() throws Exception {
        Server first = founded("a");
        joined("b", first);
        joined("c", first);
        await("three voters", () -> voters(first) == 3);
        ObjectNode config = Json.object();
        config.putObject("document").putObject("raft").put("remove_failed_after_seconds", 60);
        HttpResponse<String> set = first.send(
                "PUT", "/v1/cluster/config", config, "content-type", "application/json", "if-match", "\"0\"");
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
        Server leader = leader();
        Server dead =
                servers.stream().filter(server -> server != leader).findFirst().orElseThrow();

        dead.close();

        await(
                "the group is two",
                () -> leader.running()
                                .raftLog()
                                .membership()
                                .current()
                                .members()
                                .size()
                        == 2);
        assertThat(leader.get("/v1/servers").path("items").findValuesAsText("id"))
                .hasSize(2)
                .doesNotContain(dead.id);
        assertThat(leader.get("/v1/cluster/events?type=server.left").toString()).contains("\"failed\"");
        assertThat(leader.send("POST", "/v1/orgs", Json.object().put("name", "after"))
                        .statusCode())
                .isEqualTo(201);
        servers.remove(dead);
        dead.database.close();
        allEqual();
    }

    /** S13: the others go on, the one that differs answers nobody, and stays so. */
    @Test
    void aServerThatDiffersStopsServing_S13() throws Exception {
        Server first = founded("a");
        joined("b", first);
        joined("c", first);
        await("three voters", () -> voters(first) == 3);
        Server leader = leader();
        Server wrong =
                servers.stream().filter(server -> server != leader).findFirst().orElseThrow();

        CompletableFuture<String> stream = wrong.stream("/v1/cluster/events/stream");
        corrupt(wrong);
        leader.send("POST", "/v1/orgs", Json.object().put("name", "after"));

        await("it does not serve", () -> {
            HttpResponse<String> answer = wrong.send("GET", "/v1/servers", null);
            return answer.statusCode() == 503
                    && Json.parse(answer.body()).path("code").asText().equals("state_diverged");
        });
        assertThat(stream.get(WITHIN.toSeconds(), TimeUnit.SECONDS))
                .as("a stream that was open")
                .contains("\"state_diverged\"");
        assertThat(wrong.send("POST", "/v1/auth/login", Json.object()).statusCode())
                .isEqualTo(503);
        assertThat(wrong.send("GET", "/v2/", null).statusCode()).as("registry").isEqualTo(503);
        assertThat(wrong.send("GET", "/readyz", null).statusCode()).isEqualTo(503);
        await(
                "the cluster shows it",
                () -> leader.get("/v1/cluster").path("conditions").findValuesAsText("server_id").stream()
                        .anyMatch(wrong.id::equals));
        assertThat(leader.send("POST", "/v1/orgs", Json.object().put("name", "still"))
                        .statusCode())
                .isEqualTo(201);
        wrong.close();
        assertThatThrownBy(wrong::start).isInstanceOf(DivergedException.class);
    }

    /** S13, the second half: the log is the others', a row of a view is not. */
    @Test
    void aServerWithAnotherRowStopsServing_S13() throws Exception {
        Server first = founded("a");
        joined("b", first);
        joined("c", first);
        await("three voters", () -> voters(first) == 3);
        Server leader = leader();
        AtomicInteger orgs = new AtomicInteger();
        await("views are compared", () -> {
            leader.send("POST", "/v1/orgs", Json.object().put("name", "org-" + orgs.incrementAndGet()));
            return !comparedViews().isEmpty();
        });
        allEqual();
        Server wrong =
                servers.stream().filter(server -> server != leader).findFirst().orElseThrow();

        PostgresAddress address = wrong.database.address();
        try (Connection connection = DriverManager.getConnection(address.url(), address.user(), address.password());
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE live.orgs SET name = 'other' WHERE name = 'acme'"))
                    .isEqualTo(1);
        }

        await("it does not serve", () -> {
            leader.send("POST", "/v1/orgs", Json.object().put("name", "org-" + orgs.incrementAndGet()));
            HttpResponse<String> answer = wrong.send("GET", "/v1/servers", null);
            return answer.statusCode() == 503
                    && Json.parse(answer.body()).path("code").asText().equals("state_diverged");
        });
        for (Server server : servers) {
            assertThat(server.send("GET", "/readyz", null).statusCode()).isEqualTo(server == wrong ? 503 : 200);
        }
    }

    /** The head's hash, which the next event's covers: from then on the chain is another. */
    private static void corrupt(Server server) throws SQLException {
        PostgresAddress address = server.database.address();
        try (Connection connection = DriverManager.getConnection(address.url(), address.user(), address.password());
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE log.log_head SET chain_hash = sha256('wrong')"))
                    .isEqualTo(1);
        }
    }

    private long voters(Server at) {
        return at.get("/v1/servers").path("items").findValuesAsText("member").stream()
                .filter("voter"::equals)
                .count();
    }

    private boolean isVoter(Server at, Server server) {
        return at.get(path(server)).path("member").asText().equals("voter");
    }

    private String path(Server server) {
        return "/v1/servers/" + server.id;
    }
}
