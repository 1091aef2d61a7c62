package dev.vt.eventlog.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code postmaster.pid} says about a server on a data directory: line 1 is its process, line 4 its port. */
record PostmasterPid(long pid, int port) {
    /** The server that lives on this data directory; empty if the file is absent, stale or not yet complete. */
    static Optional<PostmasterPid> ofLiving(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            if (lines.size() < 4 || lines.get(3).isBlank()) {
                return Optional.empty();
            }
            PostmasterPid found = new PostmasterPid(
                    Long.parseLong(lines.getFirst().strip()),
                    Integer.parseInt(lines.get(3).strip()));
            // Process ids are reused: only one that works in this very directory is ours.
            return found.is("cwd", data) ? Optional.of(found) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new PostgresException("could not read postmaster.pid in " + data, e);
        }
    }

    boolean runs(Path program) throws IOException {
        return is("exe", program);
    }

    /** Compares the files themselves, so that it holds across mount namespaces. */
    private boolean is(String link, Path file) throws IOException {
        try {
            return Files.isSameFile(Path.of("/proc", Long.toString(pid), link), file);
        } catch (NoSuchFileException gone) {
            return false;
        }
    }
}
