package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ControlPlane;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.ca.RaftTls;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.server.DataDir;
import dev.vt.control.server.RaftFile;
import dev.vt.control.server.ServerConfig;
import dev.vt.control.server.ServerJoin;
import dev.vt.control.testing.TestImages;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.raft.RaftOptions;
import dev.vt.eventlog.store.EventStore;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three servers and nothing else: joined by tokens, over mutual TLS, each on its own database (V1, V3, V9, V10, V11, V12). */
@Tag("cluster")
class RaftServersTest {
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final UUID GROUP = UUID.nameUUIDFromBytes("test".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    private Path directory;

    private final IdSource ids = Ids.uuidV7(Clock.systemUTC(), new SecureRandom());
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger keys = new AtomicInteger();
    private final List<Server> servers = new ArrayList<>();
    private String token = "";

    private final class Server implements AutoCloseable {
        final Path dataDir;
        final TestDatabase database = TestDatabase.create();
        final InetSocketAddress api = freePort();
        final InetSocketAddress grpc = freePort();
        final InetSocketAddress raft = freePort();

        String id = "";

        @Nullable
        ControlPlane plane;

        Server(String name) {
            dataDir = directory.resolve(name);
        }

        ServerAddresses addresses() {
            return ServerAddresses.parse(List.of(
                            "http://127.0.0.1:" + api.getPort(),
                            "grpc://127.0.0.1:" + grpc.getPort(),
                            "raft://127.0.0.1:" + raft.getPort()))
                    .orElseThrow();
        }

        void start() {
            try (DataDir opened = DataDir.open(dataDir)) {
                id = opened.serverId(ids);
                RaftFile file = RaftFile.load(dataDir).orElseThrow();
                RaftTls tls = new RaftTls();
                ServerIdentity.load(dataDir).ifPresent(tls::install);
                String address = addresses().raftAddress();
                plane = ControlPlane.start(new ControlPlane.Options(
                        dataDir,
                        new LeaderTerm.Self(id, id, addresses().wire(), "0"),
                        database.address(),
                        MasterKeyFile.createIfAbsent(opened.masterKey(), ids, new SecureRandom()),
                        api,
                        true,
                        grpc,
                        new TestImages(),
                        name -> List.of(),
                        new PullTokens(new SecureRandom(), Clock.systemUTC()),
                        Set.of(),
                        new ControlPlane.Raft(
                                new RaftOptions(
                                        GROUP,
                                        id,
                                        address,
                                        file.seed().isPresent()
                                                ? List.of()
                                                : List.of(new RaftOptions.Peer(id, address)),
                                        opened.raft(),
                                        new RaftOptions.Tls(tls.keys(), tls.trust()),
                                        new RaftOptions.Timing(Duration.ofMillis(700), 10_000)),
                                file.seed(),
                                tls),
                        Clock.systemUTC(),
                        RateLimiter.Limits.DEVELOPMENT,
                        true));
            }
        }

        ControlPlane running() {
            ControlPlane running = plane;
            if (running == null) {
                throw new IllegalStateException("it does not run");
            }
            return running;
        }

        EventStore store() {
            return running().store().store();
        }

        boolean leads() {
            return plane != null && store().leads();
        }

        @Override
        public void close() {
            ControlPlane running = plane;
            plane = null;
            if (running != null) {
                running.close();
            }
        }

        HttpResponse<String> send(String method, String path, @Nullable ObjectNode body, String... headers) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.getPort() + path))
                    .header("authorization", "Bearer " + token)
                    .timeout(Duration.ofSeconds(30))
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
            if (method.equals("POST")) {
                request.header("content-type", "application/json")
                        .header("idempotency-key", "key-" + keys.incrementAndGet() + "-0000");
            }
            if (headers.length > 0) {
                request.headers(headers);
            }
            try {
                return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        JsonNode get(String path, String... headers) {
            HttpResponse<String> answer = send("GET", path, null, headers);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return Json.parse(answer.body());
        }
    }

    @AfterEach
    void close() {
        servers.forEach(Server::close);
        servers.forEach(server -> server.database.close());
        http.close();
    }

    private Server server(String name) {
        Server server = new Server(name);
        servers.add(server);
        return server;
    }

    @Test
    void threeServersAndNothingElseSurviveTheLossOfOne() throws Exception {
        Server first = server("a");
        try (DataDir opened = DataDir.open(first.dataDir)) {
            new RaftFile(Optional.empty()).save(opened.root());
        }
        first.start();
        bootstrap(first);
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
        Server first = server("a");
        try (DataDir opened = DataDir.open(first.dataDir)) {
            new RaftFile(Optional.empty()).save(opened.root());
        }
        first.start();
        bootstrap(first);
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
        Server first = server("a");
        try (DataDir opened = DataDir.open(first.dataDir)) {
            new RaftFile(Optional.empty()).save(opened.root());
        }
        first.start();
        bootstrap(first);
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
        Server first = server("a");
        try (DataDir opened = DataDir.open(first.dataDir)) {
            new RaftFile(Optional.empty()).save(opened.root());
        }
        first.start();
        bootstrap(first);
        joined("b", first);
        joined("c", first);
        await("three voters", () -> voters(first) == 3);
        Server leader = leader();
        Server wrong =
                servers.stream().filter(server -> server != leader).findFirst().orElseThrow();

        corrupt(wrong);
        leader.send("POST", "/v1/orgs", Json.object().put("name", "after"));

        await("it does not serve", () -> {
            HttpResponse<String> answer = wrong.send("GET", "/v1/servers", null);
            return answer.statusCode() == 503
                    && Json.parse(answer.body()).path("code").asText().equals("state_diverged");
        });
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

    private void bootstrap(Server server) throws IOException {
        HttpResponse<String> answer = server.send(
                "POST",
                "/v1/bootstrap",
                Json.object()
                        .put(
                                "code",
                                Files.readString(server.dataDir.resolve("bootstrap-code"))
                                        .strip())
                        .put("email", "owner@example.com")
                        .put("org_name", "acme"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        token = Json.parse(answer.body()).path("secret").asText();
    }

    private Server joined(String name, Server first) throws IOException {
        HttpResponse<String> made =
                first.send("POST", "/v1/enrollment-tokens", Json.object().put("kind", "server"));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        Path tokenFile = Files.writeString(
                directory.resolve(name + ".token"),
                Json.parse(made.body()).path("secret").asText());
        Server server = server(name);
        try (DataDir opened = DataDir.open(server.dataDir)) {
            ServerConfig.Join join = new ServerConfig.Join(
                    tokenFile,
                    "127.0.0.1:" + first.grpc.getPort(),
                    first.dataDir.resolve("ca.pem"),
                    name,
                    first.dataDir.resolve("master.key"));
            ServerJoin.join(opened, join, server.addresses(), "0");
            ServerJoin.join(opened, join, server.addresses(), "0");
        }
        server.start();
        return server;
    }

    private Server leader() {
        await("a leader", () -> servers.stream().anyMatch(Server::leads));
        return servers.stream().filter(Server::leads).findFirst().orElseThrow();
    }

    private void allEqual() throws InterruptedException {
        long head = leader().store().events().head();
        Verification first = null;
        for (Server server : servers) {
            EventStore store = server.store();
            assertThat(store.events().awaitBeyond(head - 1, WITHIN)).isGreaterThanOrEqualTo(head);
            assertThat(store.awaitDerived(head, WITHIN)).isTrue();
        }
        // Reconcilers may go on writing: only equal heads are compared.
        for (int attempt = 0; attempt < 50; attempt++) {
            List<Verification> all =
                    servers.stream().map(server -> server.store().verify()).toList();
            all.forEach(one -> assertThat(one.differences()).isEmpty());
            first = all.getFirst();
            if (all.stream().mapToLong(Verification::head).distinct().count() == 1) {
                assertThat(all).allMatch(first::equals);
                return;
            }
        }
        throw new AssertionError("the log does not come to rest");
    }

    private static void await(String what, Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            if (condition.get()) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("waited in vain for " + what);
    }

    private static InetSocketAddress freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return new InetSocketAddress("127.0.0.1", socket.getLocalPort());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
