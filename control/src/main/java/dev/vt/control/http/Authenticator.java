package dev.vt.control.http;

import dev.vt.kernel.ProblemException;

/** Turns a credential into a caller. Thread-safe. */
public interface Authenticator {
    /**
     * @param token as presented in {@code Authorization}
     * @throws ProblemException {@code unauthorized}, {@code token_expired}, {@code token_revoked} or {@code user_disabled}
     */
    Caller authenticate(String token);

    /**
     * @param cookie of a console session
     * @throws ProblemException as {@link #authenticate}
     */
    Caller session(String cookie);
}
