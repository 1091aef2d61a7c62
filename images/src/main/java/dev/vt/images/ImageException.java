package dev.vt.images;

import org.jspecify.annotations.Nullable;

/**
 * An image that could not be resolved, pulled, pushed or built. The message is fit for a user: it holds no host path and
 * no credential.
 */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ImageFailure failure;

    public ImageException(ImageFailure failure, String message) {
        this(failure, message, null);
    }

    public ImageException(ImageFailure failure, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.failure = failure;
    }

    public ImageFailure failure() {
        return failure;
    }

    /** The same failure for another waiter, whose stack trace is its own. */
    public ImageException again() {
        return new ImageException(failure, String.valueOf(getMessage()), this);
    }
}
