package dev.vt.kernel;

/**
 * A size in bytes.
 *
 * @param bytes not negative
 */
public record ByteSize(long bytes) {
    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is not negative");
        }
    }
}
