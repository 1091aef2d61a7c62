package dev.vt.control.ca;

import org.jspecify.annotations.Nullable;

/** The authority's files or keys do not work; nobody can join until an operator mends it. */
public final class CertificateAuthorityException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CertificateAuthorityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
