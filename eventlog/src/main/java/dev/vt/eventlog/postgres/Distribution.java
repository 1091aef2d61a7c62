package dev.vt.eventlog.postgres;

import dev.vt.kernel.Digests;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Unpacks the server's programs from the class path, once per content. */
final class Distribution {
    private Distribution() {}

    /** The directory that holds {@code bin/postgres}, unpacked below {@code parent} unless it is there already. */
    static Path unpackBelow(Path parent) {
        String resource = "/postgres-linux-" + architecture() + ".txz";
        try {
            byte[] archive;
            try (InputStream in = Distribution.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new PostgresException("no PostgreSQL for this machine on the class path: " + resource);
                }
                archive = in.readAllBytes();
            }
            Path target = parent.resolve("bin-" + Digests.sha256Hex(archive).substring(0, 16));
            if (Files.isExecutable(target.resolve("bin/postgres"))) {
                return target;
            }
            Files.createDirectories(parent);
            // Unpack beside and move, so that a crash or a second process never shows half a distribution.
            Path partial = Files.createTempDirectory(parent, "unpacking-");
            unpack(archive, partial);
            Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
            try {
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                // rename(2) has two errors for a directory that another process has put there meanwhile, and Java three
                // exceptions.
                FileTrees.delete(partial);
                if (!Files.isExecutable(target.resolve("bin/postgres"))) {
                    throw e;
                }
            }
            return target;
        } catch (IOException e) {
            throw new PostgresException("could not unpack PostgreSQL below " + parent, e);
        }
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        try (InputStream raw = new java.io.ByteArrayInputStream(archive);
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new BufferedInputStream(new XZCompressorInputStream(raw)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry outside of the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(path.getParent());
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(path.getParent());
                    Files.copy(tar, path);
                    boolean executable = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    private static String architecture() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> name;
        };
    }
}
