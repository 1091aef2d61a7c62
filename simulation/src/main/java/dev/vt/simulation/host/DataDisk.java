package dev.vt.simulation.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own for a data directory, so that it can be full. */
final class DataDisk {
    private static final long BYTES = 1L << 30;

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

    /** Takes all the room that is left. */
    void fill() throws IOException, InterruptedException {
        long room = Files.getFileStore(directory).getUsableSpace();
        Command.run(
                "fallocate", "-l", Long.toString(Math.max(1, room)), ballast().toString());
    }

    void free() throws IOException {
        Files.deleteIfExists(ballast());
    }
}
