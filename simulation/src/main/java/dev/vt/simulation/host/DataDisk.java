package dev.vt.simulation.host;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system of its own for a data directory, so that it can be full. */
final class DataDisk {
    private static final long BYTES = 1L << 30;
    /** The server writes while the disk is being filled. */
    private static final long MARGIN = 16L << 20;

    private static final int PAGE = 4096;

    private final Path directory;

    private DataDisk(Path directory) {
        this.directory = directory;
    }

    static DataDisk mount(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Command.run("mount", "-t", "tmpfs", "-o", "mode=711,size=" + BYTES, "vt-data", directory.toString());
        return new DataDisk(directory);
    }

    Path directory() {
        return directory;
    }

    private Path ballast() {
        return directory.resolve("ballast");
    }

    /** Takes all the room that is left, also what the server takes meanwhile. */
    void fill() throws IOException, InterruptedException {
        long most = Files.getFileStore(directory).getUsableSpace() - MARGIN;
        Command.run(
                "fallocate", "-l", Long.toString(Math.max(1, most)), ballast().toString());
        byte[] page = new byte[PAGE];
        try (OutputStream out = Files.newOutputStream(ballast(), StandardOpenOption.APPEND)) {
            for (long bytes = 0; bytes < 2 * MARGIN; bytes += PAGE) {
                out.write(page);
            }
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No space left")) {
                return;
            }
            throw e;
        }
        throw new HostException(directory + " does not get full");
    }

    void free() throws IOException {
        Files.deleteIfExists(ballast());
    }
}
