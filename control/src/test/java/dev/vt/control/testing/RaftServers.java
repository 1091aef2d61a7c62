package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ControlPlane;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.ca.RaftTls;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.cluster.LeaderTerm;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.server.DataDir;
import dev.vt.control.server.RaftFile;
import dev.vt.control.server.ServerConfig;
import dev.vt.control.server.ServerJoin;
import dev.vt.eventlog.Verification;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Servers in Raft mode, each on its own database: joined by tokens, over mutual TLS. What a test makes is ended with it. */
public abstract class RaftServers {
    protected static final Duration WITHIN = Duration.ofMinutes(2);
    /** Few, so that views are compared in every test. */
    private static final long DIGEST_EVENTS = 10;

    private static final UUID GROUP = UUID.nameUUIDFromBytes("test".getBytes(StandardCharsets.US_ASCII));

    @TempDir
    protected Path directory;

    private final IdSource ids = Ids.uuidV7(Clock.systemUTC(), new SecureRandom());
    protected final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger keys = new AtomicInteger();
    protected final List<Server> servers = new ArrayList<>();
    protected String token = "";

    /** One server and what it needs; may be closed and started again. */
    protected final class Server implements AutoCloseable {
        public final Path dataDir;
        public final TestDatabase database = TestDatabase.create();
        public final InetSocketAddress api = freePort();
        final InetSocketAddress grpc = freePort();
        final InetSocketAddress raft = freePort();

        public String id = "";

        public @Nullable ControlPlane plane;

        Server(String name) {
            dataDir = directory.resolve(name);
        }

        public ServerAddresses addresses() {
            return ServerAddresses.parse(List.of(
                            "http://127.0.0.1:" + api.getPort(),
                            "grpc://127.0.0.1:" + grpc.getPort(),
                            "raft://127.0.0.1:" + raft.getPort()))
                    .orElseThrow();
        }

        public void start() {
            try (DataDir opened = DataDir.open(dataDir)) {
                id = opened.serverId(ids);
                RaftFile file = RaftFile.load(dataDir).orElseThrow();
                RaftTls tls = new RaftTls();
                ServerIdentity.load(dataDir).ifPresent(tls::install);
                String address = addresses().raftAddress();
                MasterKeyFile masterKey = MasterKeyFile.createIfAbsent(opened.masterKey(), ids, new SecureRandom());
                plane = ControlPlane.start(new ControlPlane.Options(
                        dataDir,
                        new LeaderTerm.Self(id, id, addresses().wire(), "0"),
                        database.address(),
                        masterKey,
                        api,
                        true,
                        grpc,
                        new TestImages(),
                        name -> List.of(),
                        new PullTokens(masterKey, Clock.systemUTC()),
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
                                        new RaftOptions.Timing(Duration.ofMillis(700), 10_000, DIGEST_EVENTS)),
                                file.seed(),
                                tls),
                        Clock.systemUTC(),
                        RateLimiter.Limits.DEVELOPMENT,
                        true));
            }
        }

        public ControlPlane running() {
            ControlPlane running = plane;
            if (running == null) {
                throw new IllegalStateException("it does not run");
            }
            return running;
        }

        public EventStore store() {
            return running().store().store();
        }

        public boolean leads() {
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

        public HttpResponse<String> send(String method, String path, @Nullable ObjectNode body, String... headers) {
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

        /** All that comes until the server ends it. */
        public CompletableFuture<String> stream(String path) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.getPort() + path))
                    .header("authorization", "Bearer " + token)
                    .build();
            return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                    .thenApply(answer -> answer.statusCode() + " " + answer.body());
        }

        public JsonNode get(String path, String... headers) {
            HttpResponse<String> answer = send("GET", path, null, headers);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return Json.parse(answer.body());
        }
    }

    @AfterEach
    final void close() {
        servers.forEach(Server::close);
        servers.forEach(server -> server.database.close());
        http.close();
    }

    protected Server server(String name) {
        Server server = new Server(name);
        servers.add(server);
        return server;
    }

    /** The first server of a cluster, with an owner of the org {@code acme}. */
    protected Server founded(String name) throws IOException {
        Server server = server(name);
        try (DataDir opened = DataDir.open(server.dataDir)) {
            new RaftFile(Optional.empty()).save(opened.root());
        }
        server.start();
        bootstrap(server);
        return server;
    }

    protected void bootstrap(Server server) throws IOException {
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

    protected Server joined(String name, Server first) throws IOException {
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

    /** The views that all servers have digests of as of one event, each with what they say. */
    protected Map<String, Set<String>> comparedViews() {
        Map<String, List<String>> said = new TreeMap<>();
        for (Server server : servers) {
            server.running()
                    .raftLog()
                    .viewDigests()
                    .forEach(kept -> kept.digests()
                            .forEach((view, digest) -> said.computeIfAbsent(
                                            kept.eventId() + " " + view, key -> new ArrayList<>())
                                    .add(digest)));
        }
        Map<String, Set<String>> compared = new TreeMap<>();
        said.forEach((view, digests) -> {
            if (digests.size() == servers.size()) {
                compared.put(view, Set.copyOf(digests));
            }
        });
        return compared;
    }

    protected Server leader() {
        await("a leader", () -> servers.stream().anyMatch(Server::leads));
        return servers.stream().filter(Server::leads).findFirst().orElseThrow();
    }

    protected void allEqual() throws InterruptedException {
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
                assertThat(comparedViews().values())
                        .allSatisfy(digests -> assertThat(digests).hasSize(1));
                return;
            }
        }
        throw new AssertionError("the log does not come to rest");
    }

    protected static void await(String what, Supplier<Boolean> condition) {
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
