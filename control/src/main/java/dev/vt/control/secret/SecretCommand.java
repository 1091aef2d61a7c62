package dev.vt.control.secret;

import java.util.List;

/** What may be asked of a secret bundle; the values themselves are sealed beside the decision. */
sealed interface SecretCommand {
    /**
     * Makes a content current.
     *
     * @param cause {@code set}, {@code unset} or {@code import}
     * @param fingerprint of the new canonical file
     * @param keys its names, sorted
     */
    record Write(String cause, String fingerprint, List<String> keys) implements SecretCommand {
        public Write {
            keys = List.copyOf(keys);
        }
    }

    /** States that the environment needs no secrets. {@code fingerprint}: of the empty file. */
    record ConfirmNone(String fingerprint) implements SecretCommand {}
}
