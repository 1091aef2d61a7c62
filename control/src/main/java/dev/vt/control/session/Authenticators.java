package dev.vt.control.session;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.Totp;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.key.Sealing;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Second factors (TOTP): one per user, its secret wrapped by the master key in a side record, with the last step that was used.
 * It counts once it is confirmed. Two who bring the same code race for the record's version: one gets through. Thread-safe.
 */
public final class Authenticators {
    private static final Logger log = LoggerFactory.getLogger(Authenticators.class);

    /** @param lastStep of the last code that was taken; each is good once */
    @JsonNaming(SnakeCaseStrategy.class)
    private record Sealed(
            String kind, String credentialId, String masterKeyId, byte[] wrapped, boolean confirmed, long lastStep) {
        Sealed used(long step) {
            return new Sealed(kind, credentialId, masterKeyId, wrapped, true, step);
        }
    }

    static final SealedRecords RECORDS = new SealedRecords(
            Credentials.KIND,
            "totp:",
            "wrapped",
            (key, record) -> Optional.of(context(
                    key.substring("totp:".length()),
                    record.path("credential_id").asText())));

    private final StateReader state;
    private final KeyWrapper keys;
    private final SecureRandom random;

    public Authenticators(StateReader state, KeyWrapper keys, SecureRandom random) {
        this.state = state;
        this.keys = keys;
        this.random = random;
    }

    /** Whether the user's sign-in needs a code. */
    boolean required(String userId) {
        return find(userId).map(Authenticators::parse).map(Sealed::confirmed).orElse(false);
    }

    /**
     * A new secret that waits for its first code; an unconfirmed one before it is forgotten.
     *
     * @return in base 32; shown once
     */
    String enrol(Draft draft, String userId) {
        Optional<SideRecord> old = find(userId);
        if (old.map(Authenticators::parse).map(Sealed::confirmed).orElse(false)) {
            throw new ProblemException(Problem.of(ErrorCode.INVALID_STATE, "there is an authenticator already")
                    .withHint("remove it first: POST /v1/auth/totp/remove"));
        }
        String credentialId = draft.newId("cred");
        byte[] secret = new byte[Totp.SECRET_BYTES];
        random.nextBytes(secret);
        byte[] wrapped = keys.wrap(secret, context(userId, credentialId));
        put(draft, userId, old, new Sealed("totp", credentialId, keys.primaryKeyId(), wrapped, false, 0));
        String shown = Totp.base32(secret);
        Arrays.fill(secret, (byte) 0);
        return shown;
    }

    /** Takes the first code: from now on each sign-in needs one. */
    void confirm(Draft draft, String userId, String code) {
        Optional<SideRecord> record = find(userId);
        Sealed kept = record.map(Authenticators::parse)
                .filter(found -> !found.confirmed())
                .orElseThrow(() -> new ProblemException(
                        Problem.of(ErrorCode.INVALID_STATE, "no authenticator waits for its first code")));
        take(draft, userId, record, kept, code);
        Users.credentialChanged(draft, userId, "totp", kept.credentialId());
    }

    /** Takes a code if the user has an authenticator. */
    void use(Draft draft, String userId, String code) {
        Optional<SideRecord> record = find(userId);
        record.map(Authenticators::parse).filter(Sealed::confirmed).ifPresent(kept -> {
            if (code.isEmpty()) {
                throw new ProblemException(
                        Problem.of(ErrorCode.STEP_UP_REQUIRED, "the code of the authenticator is needed too")
                                .withDetails(Map.of("totp", true))
                                .withHint("send it as totp"));
            }
            take(draft, userId, record, kept, code);
        });
    }

    /** Forgets the user's authenticator, if there is one. */
    public void remove(Draft draft, String userId) {
        find(userId).ifPresent(found -> {
            draft.require(new Precondition.Side(Credentials.KIND, key(userId), found.version()))
                    .side(new SideOperation.Delete(Credentials.KIND, key(userId)));
            Users.credentialChanged(draft, userId, "totp", parse(found).credentialId());
        });
    }

    private void take(Draft draft, String userId, Optional<SideRecord> record, Sealed kept, String code) {
        byte[] secret = open(userId, kept);
        // People type spaces where the authenticator shows them.
        OptionalLong step = Totp.accept(secret, code.replace(" ", ""), draft.now(), kept.lastStep());
        Arrays.fill(secret, (byte) 0);
        put(
                draft,
                userId,
                record,
                kept.used(step.orElseThrow(() -> new ProblemException(Problem.of(
                        ErrorCode.INVALID_CREDENTIALS, "the code of the authenticator is wrong or was used before")))));
    }

    private byte[] open(String userId, Sealed kept) {
        try {
            return keys.unwrap(kept.masterKeyId(), kept.wrapped(), context(userId, kept.credentialId()));
        } catch (MasterKeyUnavailableException e) {
            log.warn("codes cannot be checked reason=master_key_unavailable", e);
            throw new ProblemException(Problem.of(
                    ErrorCode.MASTER_KEY_UNAVAILABLE, "this server has not the key that authenticators are kept with"));
        }
    }

    private static void put(Draft draft, String userId, Optional<SideRecord> old, Sealed next) {
        draft.require(new Precondition.Side(
                        Credentials.KIND,
                        key(userId),
                        old.map(SideRecord::version).orElse(0)))
                .side(new SideOperation.Put(Credentials.KIND, key(userId), Json.bytes(next), null));
    }

    private Optional<SideRecord> find(String userId) {
        return state.side(Credentials.KIND, key(userId));
    }

    private static Sealed parse(SideRecord record) {
        return Json.read(record.content(), Sealed.class);
    }

    private static byte[] context(String userId, String credentialId) {
        return Sealing.context("vt-totp-v1", userId, credentialId);
    }

    private static String key(String userId) {
        return "totp:" + userId;
    }
}
