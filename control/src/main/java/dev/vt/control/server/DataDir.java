package dev.vt.control.server;

import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory of one server, only its owner's.
 *
 * <pre>
 * lock             held while a server runs here
 * server-id        srv_…, made once
 * postgres/        the embedded PostgreSQL, unless a URL points at another
 * master.key       the key that wraps all others
 * ca.pem           the cluster authority's certificate, for those who join
 * bootstrap-code   until the first operator is made
 * recovery-code    after {@code vt server recover-operator}, until it is used
 * raft.json        in Raft mode: how this server came into its cluster
 * raft/            in Raft mode: the Raft log
 * server.key, server.pem, server-ca.pem   in Raft mode: by what the other servers know this one
 * </pre>
 */
public final class DataDir implements AutoCloseable {
    private final Path root;
    private final FileChannel lockFile;

    private DataDir(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory if it is not there, and takes its lock; a lock ends with the process that holds it.
     *
     * @throws DataDirBusyException if another process runs on it
     */
    public static DataDir open(Path root) {
        try {
            Path absolute = root.toAbsolutePath().normalize();
            if (!Files.isDirectory(absolute)) {
                Files.createDirectories(absolute);
                Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString("rwx--x--x"));
            }
            FileChannel channel =
                    FileChannel.open(absolute.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new DataDirBusyException(absolute);
            }
            return new DataDir(absolute, channel);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the data directory " + root, e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
            return false;
        }
    }

    public Path root() {
        return root;
    }

    public Path postgres() {
        return root.resolve("postgres");
    }

    public Path masterKey() {
        return root.resolve("master.key");
    }

    public Path raft() {
        return root.resolve("raft");
    }

    /** Copies the cluster's master key to its place, for its owner only; one that is there already stays. */
    void takeMasterKey(Path from) throws IOException {
        if (Files.exists(masterKey())) {
            return;
        }
        Path next = root.resolve("master.key.new");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(next, Files.readAllBytes(from));
        Files.move(next, masterKey(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The id that the cluster gave. */
    void setServerId(String id) throws IOException {
        Path next = root.resolve("server-id.new");
        Files.writeString(next, id + "\n", StandardCharsets.US_ASCII);
        Files.move(next, root.resolve("server-id"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** This server's id; made at the first call. */
    public String serverId(IdSource ids) {
        Path file = root.resolve("server-id");
        try {
            if (Files.exists(file)) {
                String id = Files.readString(file).trim();
                if (!Ids.isValid("srv", id)) {
                    throw new IllegalStateException("not a server id in " + file);
                }
                return id;
            }
            String id = ids.next("srv");
            Path next = root.resolve("server-id.new");
            Files.writeString(next, id + "\n", StandardCharsets.US_ASCII);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read or write " + file, e);
        }
    }

    /** Replaces a file that anybody on this machine may read, in one step. */
    public static void publish(Path file, String content) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(next, content, StandardCharsets.UTF_8);
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release the lock of " + root, e);
        }
    }
}
