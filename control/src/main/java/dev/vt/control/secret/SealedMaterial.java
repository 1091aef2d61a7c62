package dev.vt.control.secret;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.Sealing;
import dev.vt.kernel.Json;
import dev.vt.manifest.secrets.SecretBytes;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The content of a {@code secret_material} record: a canonical file, encrypted with a data key of its own, which the master key
 * wraps (secrets.md §3). Jackson writes byte arrays as base64.
 */
@JsonNaming(SnakeCaseStrategy.class)
record SealedMaterial(String cipher, String masterKeyId, byte[] wrappedKey, byte[] ciphertext) {
    /** What the material belongs to; all of it is authenticated, so material moved elsewhere does not open (SE6). */
    record Place(String orgId, String envId, String bundleId, String versionId, String fingerprint) {
        byte[] context() {
            return Sealing.context("vt-secrets-v1", orgId, envId, bundleId, versionId, fingerprint);
        }
    }

    static SealedMaterial seal(SecretBytes canonical, Place place, KeyWrapper wrapper, SecureRandom random) {
        byte[] key = new byte[Sealing.KEY_BYTES];
        random.nextBytes(key);
        try {
            byte[] context = place.context();
            return new SealedMaterial(
                    Sealing.CIPHER,
                    wrapper.primaryKeyId(),
                    wrapper.wrap(key, context),
                    Sealing.seal(key, canonical.reveal(), context));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * @return the canonical file; the caller closes it
     * @throws dev.vt.control.key.MasterKeyUnavailableException if its master key is not here
     * @throws dev.vt.control.key.SealBrokenException if it is not this place's material
     */
    SecretBytes open(Place place, KeyWrapper wrapper) {
        if (!cipher.equals(Sealing.CIPHER)) {
            throw new IllegalStateException("secret material with an unknown cipher: " + cipher);
        }
        byte[] context = place.context();
        byte[] key = wrapper.unwrap(masterKeyId, wrappedKey, context);
        try {
            return SecretBytes.owning(
                    Sealing.open(key, ciphertext, context, "secret material of version " + place.versionId()));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    byte[] bytes() {
        return Json.bytes(this);
    }

    static SealedMaterial parse(byte[] content) {
        return Json.read(content, SealedMaterial.class);
    }

    @Override
    public String toString() {
        return "SealedMaterial[masterKeyId=" + masterKeyId + "]";
    }
}
