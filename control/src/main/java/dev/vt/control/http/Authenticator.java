package dev.vt.control.http;

import dev.vt.kernel.ProblemException;

/** Turns a bearer token into a caller. Thread-safe. */
public interface Authenticator {
    /**
     * @param token as presented
     * @throws ProblemException {@code unauthorized}, {@code token_expired}, {@code token_revoked} or {@code user_disabled}
     */
    Caller authenticate(String token);
}
