package dev.vt.control;

import dev.vt.control.auth.RateLimiter;
import dev.vt.control.backup.Backups;
import dev.vt.control.bootstrap.RecoverOperator;
import dev.vt.control.ca.RaftTls;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.cluster.DepartedException;
import dev.vt.control.cluster.DivergedException;
import dev.vt.control.cluster.LeaderTerm;
import dev.vt.control.hostname.DnsTxtRecords;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.release.RegistryImageLookup;
import dev.vt.control.server.DataDir;
import dev.vt.control.server.DataDirBusyException;
import dev.vt.control.server.JoinException;
import dev.vt.control.server.RaftFile;
import dev.vt.control.server.ServerConfig;
import dev.vt.control.server.ServerJoin;
import dev.vt.control.service.ServiceFeature;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.raft.RaftOptions;
import dev.vt.images.ImageLimits;
import dev.vt.images.Platform;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.ImageResolver;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code vt server}: one control-plane process on one data directory. */
public final class ServerMain {
    private static final Logger log = LoggerFactory.getLogger(ServerMain.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    /** For the main thread, from the end of its work to the end of the process. */
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final int INVALID_USAGE = 2;
    private static final int CONFLICT = 5;
    private static final int INTERNAL = 7;

    private ServerMain() {}

    /**
     * Runs until SIGTERM ({@code run}) or until the directory is set up ({@code init}).
     *
     * @param args what follows {@code server}
     * @return the exit code of cli.md §7
     */
    public static int run(String[] args) {
        if (args.length > 0 && (args[0].equals("backup") || args[0].equals("restore"))) {
            return Backups.run(args, System.out, System.err);
        }
        if (args.length > 0 && args[0].equals("recover-operator")) {
            return RecoverOperator.run(args, System.out, System.err, Clock.systemUTC());
        }
        List<String> all = List.of(args);
        if (all.contains("--help") || all.contains("-h")) {
            System.out.print(ServerConfig.USAGE);
            return 0;
        }
        ServerConfig config;
        try {
            config = ServerConfig.parse(args);
        } catch (ServerConfig.InvalidException e) {
            e.errors().forEach(error -> System.err.println("error: " + error));
            System.err.print(ServerConfig.USAGE);
            return INVALID_USAGE;
        }
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(() -> awaitStop(stop, stopped), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return serve(config, stop);
        } catch (DataDirBusyException | DepartedException | DivergedException | JoinException e) {
            log.error("cannot start: {}", e.getMessage());
            System.err.println("error: " + e.getMessage());
            return CONFLICT;
        } catch (RuntimeException e) {
            log.error("server failed", e);
            System.err.println("error: the server failed: " + e.getMessage());
            return INTERNAL;
        } finally {
            stopped.countDown();
        }
    }

    private static int serve(ServerConfig config, CountDownLatch stop) {
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        IdSource ids = Ids.uuidV7(clock, random);
        try (DataDir dataDir = DataDir.open(config.dataDir())) {
            if (config.join() != null) {
                ServerJoin.join(dataDir, config.join(), config.addresses(), ServiceFeature.VERSION);
                return 0;
            }
            if (config.raft() && RaftFile.load(dataDir.root()).isEmpty()) {
                new RaftFile(Optional.empty()).save(dataDir.root());
            }
            Optional<RaftFile> raft = RaftFile.load(dataDir.root());
            Set<String> ownRegistry = config.ownRegistryHosts();
            KeyWrapper keys = MasterKeyFile.createIfAbsent(dataDir.masterKey(), ids, random);
            PullTokens pullTokens = new PullTokens(keys, clock);
            try (Postgres postgres = Postgres.open(config.postgresUrl(), dataDir);
                    RegistryClient registries =
                            new RegistryClient(RegistryOptions.withPlainHttp(config.allPlainRegistries()));
                    ControlPlane server = ControlPlane.start(new ControlPlane.Options(
                            dataDir.root(),
                            self(config, dataDir.serverId(ids), raft.isPresent()),
                            postgres.address(),
                            keys,
                            config.listen(),
                            config.dev(),
                            config.grpcListen(),
                            new RegistryImageLookup(
                                    new ImageResolver(registries, ImageLimits.DEFAULT),
                                    List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64),
                                    (org, image) -> ownRegistry.contains(image.host())
                                            ? new RegistryCredentials.Bearer(pullTokens
                                                    .issue(image.path())
                                                    .getBytes(StandardCharsets.US_ASCII))
                                            : RegistryCredentials.anonymous()),
                            DnsTxtRecords.ofSystem(),
                            pullTokens,
                            ownRegistry,
                            raft.map(file -> raft(config, dataDir, dataDir.serverId(ids), file))
                                    .orElse(null),
                            clock,
                            config.dev() ? RateLimiter.Limits.DEVELOPMENT : null,
                            true))) {
                if (config.command() == ServerConfig.Command.INIT) {
                    log.info("server initialised data_dir={}", dataDir.root());
                    return 0;
                }
                log.info("server ready http_port={}", server.httpPort());
                while (!stop.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS) && !server.hasLeft()) {
                    // Until it is told to stop, or has left the cluster (V7).
                }
                log.info("server stopping");
                return 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
            }
        }
    }

    /** One group for all clusters: that a peer is of this one, its certificate says. */
    private static ControlPlane.Raft raft(ServerConfig config, DataDir dataDir, String serverId, RaftFile file) {
        String address = config.addresses().raftAddress();
        RaftTls tls = new RaftTls();
        ServerIdentity.load(dataDir.root()).ifPresent(tls::install);
        return new ControlPlane.Raft(
                new RaftOptions(
                        UUID.nameUUIDFromBytes("vt".getBytes(StandardCharsets.US_ASCII)),
                        serverId,
                        address,
                        file.seed().isPresent() ? List.of() : List.of(new RaftOptions.Peer(serverId, address)),
                        dataDir.raft(),
                        new RaftOptions.Tls(tls.keys(), tls.trust()),
                        RaftOptions.Timing.DEFAULT),
                file.seed(),
                tls);
    }

    private static LeaderTerm.Self self(ServerConfig config, String serverId, boolean raft) {
        if (raft) {
            return new LeaderTerm.Self(serverId, serverId, config.addresses().wire(), ServiceFeature.VERSION);
        }
        InetSocketAddress grpc = config.grpcListen();
        String address = grpc.getAddress().getHostAddress() + ":" + grpc.getPort();
        return new LeaderTerm.Self(serverId, serverId, List.of(address), ServiceFeature.VERSION);
    }

    /** The signal's thread: asks the main thread to stop and waits for it, so that the process ends in order. */
    private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            if (!stopped.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("server did not stop in time seconds={}", STOP_LIMIT.toSeconds());
                return;
            }
            // The main thread ends the process with its exit code (V7); if this one ended first, it would be that of
            // the signal.
            Thread.sleep(END_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The database: our own, or one that a URL names. */
    private record Postgres(
            PostgresAddress address, @Nullable EmbeddedPostgres embedded) implements AutoCloseable {
        static Postgres open(@Nullable URI url, DataDir dataDir) {
            if (url == null) {
                EmbeddedPostgres embedded = EmbeddedPostgres.start(EmbeddedPostgres.Config.durable(dataDir.postgres()));
                return new Postgres(embedded.database("vt"), embedded);
            }
            return new Postgres(PostgresAddress.of(url), null);
        }

        @Override
        public void close() {
            if (embedded != null) {
                embedded.close();
            }
        }
    }
}
