package dev.vt.control.secret;

import dev.vt.control.feature.Draft;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.key.KeyWrapper;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.manifest.secrets.SecretBundle;
import dev.vt.manifest.secrets.SecretBytes;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Function;

/** Seals material into side records and opens it again. Thread-safe. */
final class SecretVault {
    private static final String KIND = "secret_material";

    private final StateReader state;
    private final KeyWrapper wrapper;

    SecretVault(StateReader state, KeyWrapper wrapper) {
        this.state = state;
        this.wrapper = wrapper;
    }

    /** @param versions finds a version by its id; of one that was shredded nothing is left to wrap */
    static SealedRecords records(Function<String, Optional<SecretVersion>> versions) {
        return new SealedRecords(
                KIND,
                "",
                "wrapped_key",
                (id, record) -> versions.apply(id).map(version -> place(version).context()));
    }

    /** @param random for the data key */
    void put(Draft draft, SecretBytes canonical, SealedMaterial.Place place, SecureRandom random) {
        byte[] content = SealedMaterial.seal(canonical, place, wrapper, random).bytes();
        draft.side(new SideOperation.Put(KIND, place.versionId(), content, null));
    }

    void shred(Draft draft, String versionId) {
        draft.side(new SideOperation.Delete(KIND, versionId));
    }

    /**
     * The canonical file of a version; the caller closes it.
     *
     * @throws IllegalStateException if the material is gone though the version is not shredded
     */
    SecretBytes open(SecretVersion version) {
        SideRecord record = state.side(KIND, version.id())
                .orElseThrow(() -> new IllegalStateException("no material of secret version " + version.id()));
        return SealedMaterial.parse(record.content()).open(place(version), wrapper);
    }

    /** The same as variables; the caller closes them. */
    SecretBundle openBundle(SecretVersion version) {
        try (SecretBytes canonical = open(version)) {
            return switch (SecretBundle.parse(canonical.reveal())) {
                case SecretBundle.Result.Accepted(SecretBundle bundle) -> bundle;
                case SecretBundle.Result.Rejected rejected ->
                    throw new IllegalStateException("material of secret version " + version.id() + " is malformed");
            };
        }
    }

    private static SealedMaterial.Place place(SecretVersion version) {
        return new SealedMaterial.Place(
                version.orgId(), version.envId(), version.bundleId(), version.id(), version.fingerprint());
    }
}
