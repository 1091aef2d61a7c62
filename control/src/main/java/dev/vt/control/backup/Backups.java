package dev.vt.control.backup;

import dev.vt.control.ControlPlane;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.server.DataDir;
import dev.vt.control.server.DataDirBusyException;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.store.EventStore;
import dev.vt.eventlog.store.LogArchive;
import dev.vt.kernel.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code vt server backup} and {@code restore}: prints what it did, answers the exit code of cli.md §7. */
public final class Backups {
    private static final Logger log = LoggerFactory.getLogger(Backups.class);
    private static final int OK = 0;
    private static final int INVALID_USAGE = 2;
    private static final int NOT_FOUND = 4;
    private static final int CONFLICT = 5;
    private static final int NOT_CLEAN = 9;
    private static final String DATABASE = "vt";

    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();

    Backups(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** @param args {@code backup} or {@code restore}, and what follows */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return new Backups(out, err).run(args);
    }

    private int run(String[] args) {
        List<String> all = List.of(args);
        if (all.contains("--help") || all.contains("-h")) {
            out.print(BackupOptions.USAGE);
            return OK;
        }
        BackupOptions options;
        try {
            options = BackupOptions.parse(args);
        } catch (IllegalArgumentException e) {
            return refuse(INVALID_USAGE, e.getMessage() + "\n" + BackupOptions.USAGE.stripTrailing());
        }
        try {
            return switch (options.action()) {
                case BACKUP -> backup(options);
                case VERIFY -> verify(options);
                case RESTORE -> restore(options);
            };
        } catch (BackupFormatException | MasterKeyUnavailableException e) {
            return refuse(INVALID_USAGE, String.valueOf(e.getMessage()));
        } catch (DataDirBusyException e) {
            return refuse(CONFLICT, String.valueOf(e.getMessage()));
        } catch (LogArchive.NotEmptyException e) {
            return refuse(CONFLICT, "already_bootstrapped: " + e.getMessage() + "; restore into an empty directory");
        } catch (NoSuchFileException e) {
            return refuse(NOT_FOUND, "there is no file " + e.getFile());
        } catch (FileAlreadyExistsException e) {
            return refuse(CONFLICT, "there is a file " + e.getFile() + " already");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot " + args[0], e);
        }
    }

    private int refuse(int exit, String message) {
        err.println("error: " + message);
        return exit;
    }

    private int backup(BackupOptions options) throws IOException {
        Path dataDir = Objects.requireNonNull(options.dataDir());
        if (Files.exists(options.file())) {
            throw new FileAlreadyExistsException(options.file().toString());
        }
        BackupKey key = key(options);
        try (Source source = Source.of(options, dataDir)) {
            LogArchive.Contents[] written = new LogArchive.Contents[1];
            BackupFile.create(
                    options.file(),
                    key,
                    Ids.uuidV7(clock, random),
                    clock.instant(),
                    random,
                    plain -> written[0] = LogArchive.write(source.address(), plain));
            print("backed up", written[0]);
        }
        return OK;
    }

    private void print(String what, LogArchive.Contents contents) {
        out.println(what + ": last event " + contents.lastEventId() + ", chain " + contents.chainHash() + ", "
                + contents.sideRecords() + " side records");
    }

    /** Into a database that is thrown away; touches neither the server nor its data. */
    private int verify(BackupOptions options) throws IOException {
        BackupKey key = key(options);
        Path scratch = Files.createTempDirectory("vt-backup-verify-");
        try (InputStream content = BackupFile.open(options.file(), key);
                EmbeddedPostgres postgres =
                        EmbeddedPostgres.start(EmbeddedPostgres.Config.durable(scratch.resolve("pg")))) {
            LogArchive.Contents contents = LogArchive.read(postgres.database(DATABASE), content, Long.MAX_VALUE);
            Verification found = replay(postgres.address(DATABASE), scratch);
            print(found.ok() ? "verified" : "not verified", contents);
            found.differences().forEach(difference -> err.println("error: " + difference));
            return found.ok() ? OK : NOT_CLEAN;
        } finally {
            delete(scratch);
        }
    }

    private int restore(BackupOptions options) throws IOException {
        try (DataDir dataDir = DataDir.open(Objects.requireNonNull(options.dataDir()))) {
            if (options.masterKeyFile() != null) {
                MasterKeyFile.open(options.masterKeyFile());
                install(options.masterKeyFile(), dataDir.masterKey());
            }
            // What the log keeps sealed opens with it only; without it the restored server would not start.
            BackupKey.Master master = new BackupKey.Master(MasterKeyFile.open(dataDir.masterKey()));
            BackupKey key = options.passphraseFile() == null ? master : key(options);
            try (InputStream content = BackupFile.open(options.file(), key);
                    Source target = Source.restored(options, dataDir)) {
                LogArchive.Contents contents = LogArchive.read(target.address(), content, options.toEvent());
                Verification found = replay(target.address(), dataDir.root());
                found.differences().forEach(difference -> err.println("error: " + difference));
                print(found.ok() ? "restored" : "restored, but not what the log says", contents);
                return found.ok() ? OK : NOT_CLEAN;
            }
        }
    }

    private static void install(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            if (!Arrays.equals(Files.readAllBytes(from), Files.readAllBytes(to))) {
                throw new FileAlreadyExistsException(to.toString());
            }
            return;
        }
        Files.createFile(to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(to, Files.readAllBytes(from));
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("r--------"));
    }

    /** Opening replays every view from the first event; then all are compared with another replay, and the chain is checked. */
    private Verification replay(PostgresAddress address, Path directory) {
        ControlPlane.Catalogue catalogue = ControlPlane.catalogue(directory);
        try (EventStore store =
                EventStore.open(address, catalogue.projections(), catalogue.schemas(), EventStore.Config.DEFAULT)) {
            if (!store.awaitDerived(store.events().head(), Duration.ofMinutes(10))) {
                log.warn(
                        "derived views lag behind and are not compared head={}",
                        store.events().head());
            }
            return store.verify();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private BackupKey key(BackupOptions options) throws IOException {
        Path passphrase = options.passphraseFile();
        if (passphrase != null) {
            byte[] secret = Files.readAllBytes(passphrase);
            int length = secret.length;
            while (length > 0 && (secret[length - 1] == '\n' || secret[length - 1] == '\r')) {
                length--;
            }
            if (length < 12) {
                throw new BackupFormatException("the passphrase has fewer than 12 characters");
            }
            return new BackupKey.Passphrase(Arrays.copyOf(secret, length));
        }
        Path master = options.masterKeyFile();
        if (master == null && options.dataDir() == null) {
            throw new BackupFormatException("--data-dir, --master-key-file or --passphrase-file is needed");
        }
        KeyWrapper keys = MasterKeyFile.open(
                master != null
                        ? master
                        : Objects.requireNonNull(options.dataDir()).resolve("master.key"));
        return new BackupKey.Master(keys);
    }

    /** The database, and what must be closed after it. */
    private record Source(PostgresAddress address, List<AutoCloseable> owned) implements AutoCloseable {
        Source {
            owned = List.copyOf(owned);
        }

        /** Of a running server its own PostgreSQL is used; of a stopped one it is started. */
        static Source of(BackupOptions options, Path dataDir) {
            if (options.postgresUrl() != null) {
                return new Source(PostgresAddress.of(options.postgresUrl()), List.of());
            }
            Optional<PostgresAddress> running = EmbeddedPostgres.running(dataDir.resolve("postgres"), DATABASE);
            if (running.isPresent()) {
                return new Source(running.get(), List.of());
            }
            DataDir directory = DataDir.open(dataDir);
            EmbeddedPostgres postgres = EmbeddedPostgres.start(EmbeddedPostgres.Config.durable(directory.postgres()));
            return new Source(postgres.database(DATABASE), List.of(postgres, directory));
        }

        static Source restored(BackupOptions options, DataDir dataDir) {
            if (options.postgresUrl() != null) {
                return new Source(PostgresAddress.of(options.postgresUrl()), List.of());
            }
            EmbeddedPostgres postgres = EmbeddedPostgres.start(EmbeddedPostgres.Config.durable(dataDir.postgres()));
            return new Source(postgres.database(DATABASE), List.of(postgres));
        }

        @Override
        public void close() {
            for (AutoCloseable each : owned) {
                try {
                    each.close();
                } catch (Exception e) {
                    log.warn("cannot close what={}", each.getClass().getSimpleName(), e);
                }
            }
        }
    }

    private static void delete(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> walk = Files.walk(root)) {
            deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
