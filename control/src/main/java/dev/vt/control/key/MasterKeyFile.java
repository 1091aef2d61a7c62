package dev.vt.control.key;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * A keyset in a file that only its owner can read: {@code {"primary": "mk_…", "keys": {"mk_…": "<base64>"}}}. Several keys are
 * there while old material is rewrapped. Immutable once opened; thread-safe.
 */
public final class MasterKeyFile implements KeyWrapper {
    private static final Set<PosixFilePermission> OWNER_READ = PosixFilePermissions.fromString("r--------");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final String primary;
    private final Map<String, byte[]> keys;

    private MasterKeyFile(String primary, Map<String, byte[]> keys) {
        this.primary = primary;
        this.keys = keys;
    }

    /** Makes the file with one new key; leaves one that is there as it is. Durable when it returns. */
    public static MasterKeyFile createIfAbsent(Path file, IdSource ids, SecureRandom random) {
        if (!Files.exists(file)) {
            create(file, ids, random);
        }
        return open(file);
    }

    private static void create(Path file, IdSource ids, SecureRandom random) {
        byte[] key = new byte[Sealing.KEY_BYTES];
        random.nextBytes(key);
        String id = ids.next("mk");
        ObjectNode keyset = Json.object().put("primary", id);
        keyset.putObject("keys").put(id, Base64.getEncoder().encodeToString(key));
        Arrays.fill(key, (byte) 0);
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
        try {
            Files.createDirectories(directory);
            Path part = Files.createTempFile(
                    directory, ".master", ".part", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.write(part, Json.bytes(keyset));
            Files.setPosixFilePermissions(part, OWNER_READ);
            force(part, StandardOpenOption.READ);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            force(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the master key file " + file, e);
        }
    }

    private static void force(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    /** @throws MasterKeyUnavailableException if it is absent, malformed, or anyone but its owner and this process can read it */
    public static MasterKeyFile open(Path file) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            if (!OWNER_ONLY.containsAll(attributes.permissions())) {
                throw new MasterKeyUnavailableException(
                        "the master key file " + file + " is open to others; it must have mode 0400");
            }
            if (!attributes.owner().getName().equals(System.getProperty("user.name"))) {
                throw new MasterKeyUnavailableException("the master key file " + file + " belongs to another user");
            }
            return parse(file, Json.parse(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new MasterKeyUnavailableException("cannot read the master key file " + file, e);
        } catch (IllegalArgumentException e) {
            // Without the cause: a parser quotes its input.
            throw new MasterKeyUnavailableException("the master key file " + file + " is not a keyset");
        }
    }

    private static MasterKeyFile parse(Path file, JsonNode keyset) {
        Map<String, byte[]> keys = new HashMap<>();
        keyset.path("keys")
                .properties()
                .forEach(entry -> keys.put(
                        entry.getKey(),
                        Base64.getDecoder().decode(entry.getValue().asText())));
        String primary = keyset.path("primary").asText();
        if (!keys.containsKey(primary) || keys.values().stream().anyMatch(key -> key.length != Sealing.KEY_BYTES)) {
            throw new MasterKeyUnavailableException("the master key file " + file + " has no usable primary key");
        }
        return new MasterKeyFile(primary, keys);
    }

    @Override
    public String primaryKeyId() {
        return primary;
    }

    @Override
    public byte[] wrap(byte[] key, byte[] context) {
        return Sealing.seal(key(primary), key, context);
    }

    @Override
    public byte[] unwrap(String masterKeyId, byte[] wrapped, byte[] context) {
        return Sealing.open(key(masterKeyId), wrapped, context, "a key wrapped by " + masterKeyId);
    }

    /** HKDF-SHA-256 (RFC 5869); the master key is uniform, so it needs no salt. */
    @Override
    public byte[] derive(String masterKeyId, byte[] context) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(key(masterKeyId))
                            .thenExpand(context, Sealing.KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HKDF-SHA256", e);
        }
    }

    private byte[] key(String id) {
        byte[] key = keys.get(id);
        if (key == null) {
            throw new MasterKeyUnavailableException("there is no master key " + id);
        }
        return key;
    }

    @Override
    public String toString() {
        return "MasterKeyFile[primary=" + primary + "]";
    }
}
