package dev.vt.control.session;

import dev.vt.control.auth.Credentials;
import dev.vt.control.auth.PasswordHash;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.user.Users;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Passwords as Argon2id hashes in side records. Hashing takes 64 MiB, so only a few run at once. Thread-safe. */
public final class Passwords {
    public static final String RULE = "must have 12 to 1024 characters";

    private static final int AT_ONCE = 4;
    private static final int WAIT_SECONDS = 10;

    private final StateReader state;
    private final SecureRandom random;
    private final Semaphore running = new Semaphore(AT_ONCE);
    private final String nobody;

    public Passwords(StateReader state, SecureRandom random) {
        this.state = state;
        this.random = random;
        this.nobody = PasswordHash.ofNothing(random);
    }

    public static boolean acceptable(String password) {
        return password.length() >= 12 && password.length() <= 1024;
    }

    /** Puts a new password of the user into the draft. */
    public void set(Draft draft, String userId, String password) {
        String credentialId = draft.newId("cred");
        String hash = bounded(() -> PasswordHash.of(password, random));
        Users.credentialChanged(draft, userId, "password", credentialId);
        draft.side(new SideOperation.Put(
                Credentials.KIND,
                record(userId),
                Json.bytes(Json.object()
                        .put("kind", "password")
                        .put("credential_id", credentialId)
                        .put("hash", hash)),
                null));
    }

    /** Takes the same time whether or not there is such a user, and whether or not they have a password. */
    boolean matches(Optional<String> userId, String password) {
        Optional<String> hash = userId.flatMap(id -> state.side(Credentials.KIND, record(id)))
                .map(record -> Json.parse(record.content()).path("hash").asText());
        boolean matches = bounded(() -> PasswordHash.matches(password, hash.orElse(nobody)));
        return hash.isPresent() && matches;
    }

    /** A client secret, which is no person's. */
    public String hash(String secret) {
        return bounded(() -> PasswordHash.of(secret, random));
    }

    /** @param phc made by {@link #hash}; without one the time is the same and the answer no */
    public boolean matchesHash(String secret, Optional<String> phc) {
        boolean matches = bounded(() -> PasswordHash.matches(secret, phc.orElse(nobody)));
        return phc.isPresent() && matches;
    }

    private <T> T bounded(Supplier<T> work) {
        try {
            if (!running.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new ProblemException(Problem.of(ErrorCode.RATE_LIMITED, "too many sign-ins at once"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the server is stopping"));
        }
        try {
            return work.get();
        } finally {
            running.release();
        }
    }

    private static String record(String userId) {
        return "password:" + userId;
    }
}
