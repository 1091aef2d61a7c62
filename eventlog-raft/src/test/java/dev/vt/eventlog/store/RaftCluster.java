package dev.vt.eventlog.store;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.raft.RaftEventLog;
import dev.vt.eventlog.raft.RaftOptions;
import dev.vt.testkit.LogSetup;
import dev.vt.testkit.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Peers in this JVM, each on a database and a directory of its own. */
final class RaftCluster implements LogSetup.Running {
    static final Duration WITHIN = Duration.ofSeconds(60);
    /** Few, so that every test has views digested. */
    static final long DIGEST_EVENTS = 20;

    private static final Duration ELECTION = Duration.ofMillis(500);

    /** One peer; stopped and started by the test. */
    final class Server {
        final String id;
        final String address = "127.0.0.1:" + freePort();
        private final TestDatabase database = TestDatabase.create();
        private final Path directory;
        private final boolean joins;
        private volatile @Nullable EventStore store;
        private volatile @Nullable RaftEventLog engine;

        Server(String id, boolean joins) {
            this.id = id;
            this.joins = joins;
            this.directory = temporary();
        }

        void start(ProjectionSet projections, EventSchemas schemas, Step.Probe probe) {
            RaftOptions options = new RaftOptions(
                    group,
                    id,
                    address,
                    joins ? List.of() : founders(),
                    directory,
                    null,
                    new RaftOptions.Timing(ELECTION, snapshotEntries, DIGEST_EVENTS));
            store = EventStore.open(
                    database.address(),
                    projections,
                    schemas,
                    EventStore.Config.DEFAULT,
                    RaftEventLog.factory(
                            options, RaftCluster.this::fetch, RaftCluster.this::take, made -> engine = made),
                    probe);
        }

        void start(Step.Probe probe) {
            start(projections, schemas, probe);
        }

        void stop() {
            EventStore running = store;
            store = null;
            if (running != null) {
                running.close();
            }
        }

        boolean runs() {
            return store != null;
        }

        EventStore store() {
            EventStore running = store;
            if (running == null) {
                throw new IllegalStateException(id + " does not run");
            }
            return running;
        }

        RaftEventLog engine() {
            store();
            RaftEventLog made = engine;
            if (made == null) {
                throw new IllegalStateException(id + " was never started");
            }
            return made;
        }

        TestDatabase database() {
            return database;
        }
    }

    private final UUID group = UUID.randomUUID();
    private final long snapshotEntries;
    private final List<Server> servers = new CopyOnWriteArrayList<>();
    private ProjectionSet projections;
    private EventSchemas schemas;

    RaftCluster(ProjectionSet projections, EventSchemas schemas) {
        this(projections, schemas, 3, 10_000, Step.Probe.NONE);
    }

    /** @param probe of the first server */
    RaftCluster(ProjectionSet projections, EventSchemas schemas, int founders, long snapshotEntries, Step.Probe probe) {
        this.projections = projections;
        this.schemas = schemas;
        this.snapshotEntries = snapshotEntries;
        for (int i = 1; i <= founders; i++) {
            servers.add(new Server("srv_" + i, false));
        }
        together(server -> server.start(server.id.equals("srv_1") ? probe : Step.Probe.NONE));
    }

    private void together(Consumer<Server> action) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            servers.forEach(server -> running.add(threads.submit(() -> action.accept(server))));
            for (Future<?> one : running) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("a server failed", e.getCause());
        }
    }

    /** The leader first: it hands over to one that still runs, and nobody waits for an election. */
    void stopAll() {
        servers.stream()
                .filter(Server::runs)
                .sorted(Comparator.comparing(server -> !server.store().leads()))
                .forEach(Server::stop);
    }

    private List<RaftOptions.Peer> founders() {
        return servers.stream()
                .filter(server -> !server.joins)
                .map(server -> new RaftOptions.Peer(server.id, server.address))
                .toList();
    }

    /** A server that waits to be added. */
    Server join(String id) {
        Server server = new Server(id, true);
        servers.add(server);
        server.start(Step.Probe.NONE);
        return server;
    }

    Server server(String id) {
        return servers.stream().filter(one -> one.id.equals(id)).findFirst().orElseThrow();
    }

    List<Server> servers() {
        return servers;
    }

    Server leadingServer() {
        return await(
                "a leader",
                () -> servers.stream()
                        .filter(server -> server.runs()
                                && (server.store().leads()
                                        || server.store().halted().isPresent()))
                        .min(Comparator.comparing(
                                (Server server) -> !server.store().leads()))
                        .orElse(null));
    }

    /** Has this server lead. */
    Server lead(String id) {
        AtomicReference<String> refusal = new AtomicReference<>("nothing was refused");
        return await(() -> id + " to lead; " + refusal, () -> {
            Server leader = leadingServer();
            if (!leader.id.equals(id)) {
                try {
                    leader.engine().membership().transferLeadership(id, Duration.ofSeconds(5));
                } catch (RuntimeException e) {
                    // Not yet; asked again.
                    refusal.set(
                            leader.id + " " + leader.engine().membership().current() + " " + e + " " + e.getCause());
                }
            }
            return server(id).store().leads() ? server(id) : null;
        });
    }

    interface Condition<T> {
        @Nullable
        T met();
    }

    static <T> T await(String what, Condition<T> condition) {
        return await(() -> what, condition);
    }

    private static <T> T await(Supplier<String> what, Condition<T> condition) {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            T result = condition.met();
            if (result != null) {
                return result;
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        throw new AssertionError("waited in vain for " + what.get());
    }

    @Override
    public EventStore leader() {
        return leadingServer().store();
    }

    @Override
    public List<EventStore> stores() {
        return servers.stream().filter(Server::runs).map(Server::store).toList();
    }

    @Override
    public TestDatabase database() {
        return leadingServer().database();
    }

    @Override
    public void reopen(ProjectionSet newProjections, EventSchemas newSchemas) {
        stopAll();
        projections = newProjections;
        schemas = newSchemas;
        together(server -> server.start(newProjections, newSchemas, Step.Probe.NONE));
    }

    @Override
    public void close() {
        stopAll();
        for (Server server : servers) {
            server.database.close();
            delete(server.directory);
        }
    }

    private InputStream fetch(String leader, SnapshotRequest request) throws IOException {
        SnapshotSource source = server(leader).engine().snapshots();
        PipedInputStream in = new PipedInputStream(64 * 1024);
        PipedOutputStream out = new PipedOutputStream(in);
        Thread.ofVirtual().start(() -> {
            try (out) {
                source.write(request, out);
            } catch (IOException e) {
                // The receiver is gone, or sees that the stream ended early.
            }
        });
        return in;
    }

    /** Unreachable as long as it does not run. */
    private AppendResult take(String leader, byte[] batch, Duration within) throws IOException {
        try {
            return server(leader).engine().appendFromServer(batch);
        } catch (IllegalStateException e) {
            throw new IOException("no answer of " + leader, e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("vt-raft-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
