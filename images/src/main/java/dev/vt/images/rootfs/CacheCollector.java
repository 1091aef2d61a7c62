package dev.vt.images.rootfs;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Evicts the least recently used roots, then blobs, never a pinned one. The time of use is the file's mtime. */
final class CacheCollector {
    private static final double HIGH = 0.9;
    private static final double LOW = 0.7;

    private final Path directory;
    private final CacheLimits limits;

    CacheCollector(Path directory, CacheLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    /** One thing to evict: files that go together, the telling one first. */
    private record Item(List<Path> files, long bytes, long lastUsed) {}

    /**
     * @param keptRoots keys of pinned roots
     * @param keptBlobs hexadecimal digests of pinned blobs
     * @return bytes removed
     */
    synchronized long collect(Set<String> keptRoots, Set<String> keptBlobs) throws IOException {
        List<Item> roots = roots(keptRoots);
        List<Item> blobs = blobs(keptBlobs);
        long used = used();
        FileStore disk = Files.getFileStore(directory);
        boolean scarce = disk.getUsableSpace() < disk.getTotalSpace() * limits.minFreeRatio();
        if (used <= limits.quotaBytes() * HIGH && !scarce) {
            return 0;
        }
        long target = (long) (Math.min(limits.quotaBytes(), scarce ? used : Long.MAX_VALUE) * LOW);
        long removed = evict(roots, used - target);
        return removed + evict(blobs, used - target - removed);
    }

    private static long evict(List<Item> items, long wanted) throws IOException {
        long removed = 0;
        for (Item item : items) {
            if (removed >= wanted) {
                break;
            }
            for (Path file : item.files()) {
                Files.deleteIfExists(file);
            }
            removed += item.bytes();
        }
        return removed;
    }

    private List<Item> roots(Set<String> kept) throws IOException {
        List<Item> items = new ArrayList<>();
        for (Path metadata : files("roots", ".json")) {
            String key = String.valueOf(metadata.getFileName()).replace(".json", "");
            Path root = metadata.resolveSibling(key + ".squashfs");
            if (!kept.contains(key)) {
                long bytes = Files.exists(root) ? Files.size(root) : 0;
                items.add(new Item(List.of(metadata, root), bytes, lastUsed(metadata)));
            }
        }
        items.sort(Comparator.comparingLong(Item::lastUsed));
        return items;
    }

    private List<Item> blobs(Set<String> kept) throws IOException {
        List<Item> items = new ArrayList<>();
        for (Path blob : files("blobs", "")) {
            if (!kept.contains(String.valueOf(blob.getFileName()))) {
                items.add(new Item(List.of(blob), Files.size(blob), lastUsed(blob)));
            }
        }
        items.sort(Comparator.comparingLong(Item::lastUsed));
        return items;
    }

    private long used() throws IOException {
        long bytes = 0;
        for (String part : List.of("roots", "blobs", "partial/blobs")) {
            for (Path file : files(part, "")) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private List<Path> files(String part, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(part))) {
            return files.filter(file -> String.valueOf(file.getFileName()).endsWith(suffix))
                    .toList();
        }
    }

    private static long lastUsed(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }
}
