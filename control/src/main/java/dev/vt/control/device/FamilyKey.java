package dev.vt.control.device;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.control.auth.Hmac;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.key.Sealing;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's key from which pairs of tokens follow (A19), wrapped in a side record and made with the first sign-in.
 * Thread-safe.
 */
final class FamilyKey {
    private static final Logger log = LoggerFactory.getLogger(FamilyKey.class);
    private static final String KIND = "wrapped_key";
    private static final String RECORD = "token_hmac";
    private static final byte[] CONTEXT = Sealing.context("vt-token-hmac-v1");

    static final SealedRecords RECORDS = SealedRecords.one(KIND, RECORD, "wrapped", CONTEXT);

    @JsonNaming(SnakeCaseStrategy.class)
    private record Wrapped(String masterKeyId, byte[] wrapped) {}

    /** What a program holds. */
    record Pair(String accessToken, String refreshToken) {
        @Override
        public String toString() {
            return "Pair[redacted]";
        }
    }

    private final StateReader state;
    private final KeyWrapper wrapper;
    private final SecureRandom random;

    FamilyKey(StateReader state, KeyWrapper wrapper, SecureRandom random) {
        this.state = state;
        this.wrapper = wrapper;
        this.random = random;
    }

    /** The pair of a generation; the first use adds the key to the draft. */
    Pair pair(Draft draft, String family, int generation, String nonce) {
        byte[] key = find().orElseGet(() -> make(draft));
        try {
            return pair(key, family, generation, nonce);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static Pair pair(byte[] key, String family, int generation, String nonce) {
        String text = family + "\n" + generation + "\n" + nonce;
        return new Pair(
                TokenSecrets.of(TokenSecrets.ACCESS, Hmac.sha256(key, "access\n" + text)),
                TokenSecrets.of(TokenSecrets.REFRESH, Hmac.sha256(key, "refresh\n" + text)));
    }

    private Optional<byte[]> find() {
        Optional<SideRecord> record = state.side(KIND, RECORD);
        return record.map(found -> {
            Wrapped wrapped = Json.read(found.content(), Wrapped.class);
            try {
                return wrapper.unwrap(wrapped.masterKeyId(), wrapped.wrapped(), CONTEXT);
            } catch (MasterKeyUnavailableException e) {
                log.warn("tokens cannot be renewed reason=master_key_unavailable", e);
                throw new ProblemException(
                        Problem.of(ErrorCode.MASTER_KEY_UNAVAILABLE, "this server has not the key that makes tokens"));
            }
        });
    }

    private byte[] make(Draft draft) {
        byte[] key = new byte[Sealing.KEY_BYTES];
        random.nextBytes(key);
        Wrapped wrapped = new Wrapped(wrapper.primaryKeyId(), wrapper.wrap(key, CONTEXT));
        draft.require(new Precondition.Side(KIND, RECORD, 0))
                .side(new SideOperation.Put(KIND, RECORD, Json.bytes(wrapped), null));
        return key;
    }
}
