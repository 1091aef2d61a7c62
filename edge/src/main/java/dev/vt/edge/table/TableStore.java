package dev.vt.edge.table;

import dev.vt.kernel.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last five applied tables on disk (C3), each in a file whose name holds its revision and the SHA-256 of its content.
 * Written by the thread that applies tables.
 */
public final class TableStore {
    private static final Logger log = LoggerFactory.getLogger(TableStore.class);
    private static final int KEPT = 5;
    private static final Pattern NAME = Pattern.compile("table-(\\d{19})-([0-9a-f]{64})\\.json");

    private static final Pattern UNFINISHED = Pattern.compile("table\\.new\\.(\\d{1,18})");

    private final Path directory;

    public TableStore(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        try (Stream<Path> unfinished = Files.list(directory)) {
            for (Path file : unfinished.filter(TableStore::isAbandoned).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** What a process left behind that was killed while it wrote. */
    private static boolean isAbandoned(Path file) {
        Matcher name = UNFINISHED.matcher(String.valueOf(file.getFileName()));
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    }

    /** Keeps a table; it is there after a crash once this returns. */
    public void save(long revision, byte[] json) throws IOException {
        Path target = directory.resolve(String.format("table-%019d-%s.json", revision, Digests.sha256Hex(json)));
        // A successor that takes over keeps its tables in the same place.
        Path temporary =
                directory.resolve("table.new." + ProcessHandle.current().pid());
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer content = ByteBuffer.wrap(json);
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
        List<Path> all = newestFirst();
        for (Path other : all) {
            // Of two tables of one revision the later one counts.
            boolean sameRevision = prefix(target).equals(prefix(other));
            if (sameRevision && !other.equals(target)) {
                Files.deleteIfExists(other);
            }
        }
        for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            Files.deleteIfExists(old);
        }
    }

    /** Contents that are what their names say, newest first. */
    public List<byte[]> load() throws IOException {
        List<byte[]> tables = new ArrayList<>();
        for (Path file : newestFirst()) {
            byte[] content = Files.readAllBytes(file);
            Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
            if (name.matches() && Digests.sha256Hex(content).equals(name.group(2))) {
                tables.add(content);
            } else {
                log.warn("saved table is damaged file={}", file.getFileName());
            }
        }
        return tables;
    }

    /** A name up to and with its revision. */
    private static String prefix(Path file) {
        return String.valueOf(file.getFileName()).substring(0, "table-".length() + 19);
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = new ArrayList<>(files.filter(file ->
                            NAME.matcher(String.valueOf(file.getFileName())).matches())
                    .sorted()
                    .toList());
            Collections.reverse(found);
            return found;
        }
    }
}
