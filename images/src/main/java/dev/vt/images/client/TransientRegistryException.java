package dev.vt.images.client;

import dev.vt.images.ImageFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failure that may be gone at the next attempt. */
final class TransientRegistryException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ImageFailure failure;
    private final transient Optional<Duration> retryAfter;

    TransientRegistryException(
            ImageFailure failure, String message, Optional<Duration> retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.failure = failure;
        this.retryAfter = retryAfter;
    }

    /** What it is called if no attempt succeeds. */
    ImageFailure failure() {
        return failure;
    }

    /** How long the registry asks to be left alone. */
    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
