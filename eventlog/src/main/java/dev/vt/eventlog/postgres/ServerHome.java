package dev.vt.eventlog.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A directory that holds one database cluster, ready to be started: locked, programs unpacked, initdb done. */
final class ServerHome implements AutoCloseable {
    static final String USER = "vt";
    private static final Duration INITDB_DEADLINE = Duration.ofMinutes(2);

    private final Path path;
    private final Path programs;
    private final DroppedRights rights;
    private final HomeLock lock;
    private final String password;

    private ServerHome(Path path, Path programs, DroppedRights rights, HomeLock lock, String password) {
        this.path = path;
        this.programs = programs;
        this.rights = rights;
        this.lock = lock;
        this.password = password;
    }

    /**
     * Takes the home for this process and makes what is missing; each step can be repeated after a crash.
     *
     * @param programsParent where the distribution is unpacked, unless the database's user could not reach it there
     */
    static ServerHome prepare(Path wanted, Path programsParent) throws IOException {
        Path path = wanted.toAbsolutePath().normalize();
        Files.createDirectories(path);
        path = path.toRealPath();
        HomeLock lock = HomeLock.take(path);
        try {
            DroppedRights rights = DroppedRights.forHome(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            Path parent = programsParent.toAbsolutePath().normalize();
            Files.createDirectories(parent);
            Path programs = Distribution.unpackBelow(rights.reaches(parent) ? parent : path);
            ServerHome home = new ServerHome(path, programs, rights, lock, password(path));
            if (!Files.exists(home.data().resolve("PG_VERSION"))) {
                home.initialise();
            }
            return home;
        } catch (RuntimeException | IOException e) {
            lock.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    Path data() {
        return path.resolve("data");
    }

    Path program(String name) {
        return programs.resolve("bin").resolve(name);
    }

    DroppedRights rights() {
        return rights;
    }

    String password() {
        return password;
    }

    private void initialise() throws IOException {
        // A cluster without PG_VERSION is the rest of an initdb that was killed: nothing was ever stored in it.
        FileTrees.delete(data());
        Path partial = path.resolve("data-initdb");
        FileTrees.delete(partial);
        Path passwordForInitdb = path.resolve("initdb-password");
        Files.deleteIfExists(passwordForInitdb);
        writePrivately(passwordForInitdb, password + "\n");
        rights.own(passwordForInitdb);
        try {
            run(rights.command(List.of(
                    rights.inside(program("initdb")).toString(),
                    "--pgdata=" + rights.inside(partial),
                    "--username=" + USER,
                    "--pwfile=" + rights.inside(passwordForInitdb),
                    "--auth=scram-sha-256",
                    // Of 256 random bits, which no iteration makes harder to guess; the default of 4096 costs each
                    // connection some 20 ms.
                    "--set=scram_iterations=1",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-instructions")));
        } finally {
            Files.deleteIfExists(passwordForInitdb);
        }
        Files.writeString(partial.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
        Files.move(partial, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void run(List<String> command) throws IOException {
        Path output = path.resolve("initdb.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(path.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        plainEnvironment(builder);
        Process process = builder.start();
        try {
            if (!process.waitFor(INITDB_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new PostgresException("initdb took longer than " + INITDB_DEADLINE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("interrupted during initdb", e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new PostgresException("initdb failed; it said:\n" + Files.readString(output));
        }
    }

    private static String password(Path home) throws IOException {
        Path file = home.resolve("password");
        if (!Files.exists(file)) {
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            Path partial = home.resolve("password.partial");
            Files.deleteIfExists(partial);
            writePrivately(partial, HexFormat.of().formatHex(random));
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    /** Nothing of this process' environment is for the database. */
    static void plainEnvironment(ProcessBuilder builder) {
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
    }

    @Override
    public void close() {
        lock.close();
    }
}
