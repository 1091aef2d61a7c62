package dev.vt.control.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.Sealing;
import dev.vt.kernel.Json;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Who can open a file: the holder of the master key, or of a passphrase. */
sealed interface BackupKey {
    /** @param keys of the server */
    record Master(KeyWrapper keys) implements BackupKey {}

    /** @param secret as in the file, without its last line break */
    record Passphrase(byte[] secret) implements BackupKey {
        private static final int MEMORY_KIB = 65_536;
        private static final int PASSES = 3;
        private static final int LANES = 4;

        byte[] derive(byte[] salt) {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(MEMORY_KIB)
                    .withIterations(PASSES)
                    .withParallelism(LANES)
                    .withSalt(salt)
                    .build());
            byte[] key = new byte[Sealing.KEY_BYTES];
            generator.generateBytes(secret, key);
            return key;
        }

        @Override
        public String toString() {
            return "Passphrase[redacted]";
        }
    }

    /** The file's key as its header keeps it. */
    default ObjectNode wrap(byte[] fileKey, String backupId, SecureRandom random) {
        byte[] context = Sealing.context("vt-backup-key", backupId);
        ObjectNode out = Json.object();
        switch (this) {
            case Master(KeyWrapper keys) ->
                out.put("kind", "master_key")
                        .put("master_key_id", keys.primaryKeyId())
                        .put("wrapped", base64(keys.wrap(fileKey, context)));
            case Passphrase passphrase -> {
                byte[] salt = new byte[16];
                random.nextBytes(salt);
                byte[] derived = passphrase.derive(salt);
                out.put("kind", "passphrase")
                        .put("salt", base64(salt))
                        .put("wrapped", base64(Sealing.seal(derived, fileKey, context)));
                Arrays.fill(derived, (byte) 0);
            }
        }
        return out;
    }

    /** Empty if the file was made for the other kind of key. */
    default Optional<byte[]> unwrap(JsonNode key, String backupId) {
        byte[] context = Sealing.context("vt-backup-key", backupId);
        byte[] wrapped = bytes(key, "wrapped");
        return switch (this) {
            case Master(KeyWrapper keys) ->
                key.path("kind").asText().equals("master_key")
                        ? Optional.of(keys.unwrap(key.path("master_key_id").asText(), wrapped, context))
                        : Optional.empty();
            case Passphrase passphrase -> {
                if (!key.path("kind").asText().equals("passphrase")) {
                    yield Optional.empty();
                }
                byte[] derived = passphrase.derive(bytes(key, "salt"));
                byte[] opened = Sealing.open(derived, wrapped, context, "the backup's key");
                Arrays.fill(derived, (byte) 0);
                yield Optional.of(opened);
            }
        };
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(JsonNode holder, String name) {
        return Base64.getDecoder().decode(holder.path(name).asText());
    }
}
