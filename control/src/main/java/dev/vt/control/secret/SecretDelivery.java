package dev.vt.control.secret;

import dev.vt.control.feature.StateReader;
import dev.vt.control.key.KeyWrapper;
import dev.vt.manifest.secrets.SecretBytes;
import java.util.Optional;

/**
 * Opens material for the node plane. Whether the asking node holds an instance of this version now is the caller's check (SE4),
 * and so is the audit record. Thread-safe.
 */
public final class SecretDelivery {
    private final Secrets secrets;
    private final SecretVault vault;

    public SecretDelivery(StateReader state, Secrets secrets, KeyWrapper keys) {
        this.secrets = secrets;
        this.vault = new SecretVault(state, keys);
    }

    /**
     * The canonical file of a version, to be closed after sending; empty if there is no such version or it is shredded.
     *
     * @throws dev.vt.control.key.MasterKeyUnavailableException {@code master_key_unavailable}
     * @throws dev.vt.control.key.SealBrokenException {@code decrypt_failed}
     */
    public Optional<SecretBytes> open(String versionId) {
        return secrets.version(versionId).filter(version -> !version.shredded()).map(vault::open);
    }
}
