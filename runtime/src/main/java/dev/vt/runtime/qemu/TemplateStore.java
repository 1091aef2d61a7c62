package dev.vt.runtime.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saved templates on disk: {@code <id>.state} is QEMU's migration stream, {@code <id>.json} names its guest and its SHA-256, and is
 * written last. At most {@link Limits#count} of them and {@link Limits#bytes} in all; the least recently used goes. Any thread may call.
 */
final class TemplateStore {
    private static final Logger log = LoggerFactory.getLogger(TemplateStore.class);
    private static final int CHUNK = 1 << 20;

    private final Path directory;
    private final Limits limits;
    /** What a state's hash was found right for, by id: it is computed once per file and process (RT29's rule). */
    private final Map<String, Fingerprint> checked = new HashMap<>();

    /** @param bytes of all states together */
    record Limits(int count, long bytes) {}

    /** @param guestBootId what the saved guest's HELLO names */
    record Template(String id, String guestBootId, Path state) {}

    private record Fingerprint(Object inode, long size, FileTime modified) {
        static Fingerprint of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Fingerprint(
                    String.valueOf(attributes.fileKey()), attributes.size(), attributes.lastModifiedTime());
        }
    }

    TemplateStore(Path directory, Limits limits) throws IOException {
        this.directory = directory;
        this.limits = limits;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        removeLeftovers();
    }

    /** A state without a description, or a temporary file, is what a death in the middle left. */
    private void removeLeftovers() throws IOException {
        for (Path file : files()) {
            String name = file.getFileName().toString();
            boolean whole = name.endsWith(".json")
                    || (name.endsWith(".state") && Files.exists(directory.resolve(name.replace(".state", ".json"))));
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The template, if its state is there and unharmed; one that is harmed is dropped. */
    synchronized Optional<Template> find(String id) {
        Path description = description(id);
        try {
            JsonNode json = Json.parse(Files.readAllBytes(description));
            Fingerprint now = Fingerprint.of(state(id));
            if (!now.equals(checked.get(id))) {
                if (!hash(state(id)).equals(json.path("sha256").asText())) {
                    log.warn("template does not have the hash it was saved with template={}", id);
                    drop(id);
                    return Optional.empty();
                }
                checked.put(id, now);
            }
            Files.setLastModifiedTime(description, FileTime.from(Instant.now()));
            return Optional.of(new Template(id, json.path("guest_boot_id").asText(), state(id)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            log.warn("template is not readable template={}", id, e);
            drop(id);
            return Optional.empty();
        }
    }

    /** Whether none has been proven here, by this process or an earlier one. */
    synchronized boolean isEmpty() {
        try {
            return files().stream().noneMatch(file -> file.toString().endsWith(".json"));
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Takes a stream into a file that only root reads. It becomes a template by {@link #publish}.
     *
     * @return its SHA-256
     * @throws IOException if it is larger than all templates together may be
     */
    String receive(String id, ReadableByteChannel stream) throws IOException {
        Path fresh = unproven(id);
        MessageDigest hash = Digests.newSha256();
        Files.deleteIfExists(fresh);
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel file = FileChannel.open(fresh, options, mode)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            long total = 0;
            while (stream.read(chunk) >= 0) {
                chunk.flip();
                total += chunk.remaining();
                if (total > limits.bytes()) {
                    throw new IOException("the template is larger than " + limits.bytes() + " bytes");
                }
                hash.update(chunk.duplicate());
                while (chunk.hasRemaining()) {
                    file.write(chunk);
                }
                chunk.clear();
            }
            file.force(true);
        }
        return HexFormat.of().formatHex(hash.digest());
    }

    /** Where {@link #receive} put the stream. */
    Path unproven(String id) {
        return directory.resolve(id + ".state.new");
    }

    /** Proven: the stream is a template from now on; older ones make room. */
    synchronized void publish(String id, String guestBootId, String sha256) throws IOException {
        Files.move(unproven(id), state(id), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        ObjectNode json = Json.object();
        json.put("guest_boot_id", guestBootId).put("sha256", sha256);
        Path fresh = directory.resolve(id + ".json.new");
        try (FileChannel file = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(ByteBuffer.wrap(Json.bytes(json)));
            file.force(true);
        }
        Files.move(fresh, description(id), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        checked.put(id, Fingerprint.of(state(id)));
        makeRoom(id);
    }

    private void makeRoom(String kept) throws IOException {
        List<Path> newestFirst = files().stream()
                .filter(file -> file.toString().endsWith(".json"))
                .sorted(Comparator.comparing(TemplateStore::modified).reversed())
                .toList();
        int count = 1;
        long bytes = Files.size(state(kept));
        for (Path description : newestFirst) {
            String id = description.getFileName().toString().replace(".json", "");
            if (id.equals(kept)) {
                continue;
            }
            long size = Files.exists(state(id)) ? Files.size(state(id)) : 0;
            if (count + 1 > limits.count() || bytes + size > limits.bytes()) {
                log.info("template makes room for another template={}", id);
                drop(id);
            } else {
                count++;
                bytes += size;
            }
        }
    }

    /** Machines that run from it keep what they read. Fine if it is not there. */
    synchronized void drop(String id) {
        checked.remove(id);
        try {
            Files.deleteIfExists(description(id));
            Files.deleteIfExists(state(id));
            Files.deleteIfExists(unproven(id));
        } catch (IOException e) {
            log.warn("template could not be removed template={}", id, e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private static String hash(Path file) throws IOException {
        MessageDigest hash = Digests.newSha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(hash.digest());
    }

    private Path state(String id) {
        return directory.resolve(id + ".state");
    }

    private Path description(String id) {
        return directory.resolve(id + ".json");
    }
}
