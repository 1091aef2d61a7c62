package dev.vt.control.secret;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.Sealing;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Json;
import dev.vt.manifest.secrets.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keyed hashes of secret content under a key per org, so that equal content is recognised and short values cannot be guessed
 * from what is stored (SE3). The key is wrapped in a side record, made with the org's first secret. Thread-safe.
 */
final class OrgFingerprints {
    private static final String KIND = "wrapped_key";

    @JsonNaming(SnakeCaseStrategy.class)
    private record WrappedKey(String masterKeyId, byte[] wrapped) {}

    /** An org's key while it is in use. */
    static final class OrgKey implements AutoCloseable {
        private final byte[] key;

        private OrgKey(byte[] key) {
            this.key = key;
        }

        /** {@code hmac-sha256:} and the hash in hexadecimal. */
        String fingerprint(SecretBytes canonical) {
            return "hmac-sha256:" + HexFormat.of().formatHex(hmac(canonical.reveal()));
        }

        private byte[] hmac(byte[] data) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                return mac.doFinal(data);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has HmacSHA256", e);
            }
        }

        @Override
        public void close() {
            Arrays.fill(key, (byte) 0);
        }
    }

    static final SealedRecords RECORDS = new SealedRecords(
            KIND, "org_hmac/", "wrapped", (key, record) -> Optional.of(context(key.substring("org_hmac/".length()))));

    private final StateReader state;
    private final KeyWrapper wrapper;
    private final SecureRandom random;

    OrgFingerprints(StateReader state, KeyWrapper wrapper, SecureRandom random) {
        this.state = state;
        this.wrapper = wrapper;
        this.random = random;
    }

    /** The org's key; the first use adds it to the draft. */
    OrgKey key(Draft draft, String orgId) {
        return find(orgId).orElseGet(() -> {
            byte[] key = new byte[Sealing.KEY_BYTES];
            random.nextBytes(key);
            WrappedKey wrapped = new WrappedKey(wrapper.primaryKeyId(), wrapper.wrap(key, context(orgId)));
            draft.require(new Precondition.Side(KIND, record(orgId), 0))
                    .side(new SideOperation.Put(KIND, record(orgId), Json.bytes(wrapped), null));
            return new OrgKey(key);
        });
    }

    /** Empty before the org's first secret. */
    Optional<OrgKey> find(String orgId) {
        Optional<SideRecord> record = state.side(KIND, record(orgId));
        return record.map(found -> {
            WrappedKey wrapped = Json.read(found.content(), WrappedKey.class);
            return new OrgKey(wrapper.unwrap(wrapped.masterKeyId(), wrapped.wrapped(), context(orgId)));
        });
    }

    private static String record(String orgId) {
        return "org_hmac/" + orgId;
    }

    private static byte[] context(String orgId) {
        return Sealing.context("vt-org-hmac-v1", orgId);
    }
}
