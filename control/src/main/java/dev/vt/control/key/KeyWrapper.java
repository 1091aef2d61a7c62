package dev.vt.control.key;

/** Encrypts keys with a key that never leaves its holder. Thread-safe. */
public interface KeyWrapper {
    /** The master key that {@link #wrap} uses now; written beside what it wrapped. */
    String primaryKeyId();

    /** @param context authenticated with the key; {@link #unwrap} needs the same */
    byte[] wrap(byte[] key, byte[] context);

    /**
     * @param masterKeyId what {@link #primaryKeyId} was when it was wrapped
     * @return the key; the caller wipes it
     * @throws MasterKeyUnavailableException if this master key is not there
     * @throws SealBrokenException if it was wrapped by another key, for another context, or changed
     */
    byte[] unwrap(String masterKeyId, byte[] wrapped, byte[] context);

    /**
     * A key that follows from the master key and nothing else, so that every server that has the one has the other.
     *
     * @param masterKeyId {@link #primaryKeyId} of now or of before
     * @param context another one gives a key that says nothing about this
     * @return 32 bytes; the caller wipes them
     * @throws MasterKeyUnavailableException if this master key is not there
     */
    byte[] derive(String masterKeyId, byte[] context);
}
