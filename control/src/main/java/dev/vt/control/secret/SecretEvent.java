package dev.vt.control.secret;

import java.util.List;

/** What happened to a secret bundle (state.md §3). */
sealed interface SecretEvent {
    record Created(String format) implements SecretEvent {}

    /**
     * @param number from 1, dense per bundle
     * @param cause {@code set}, {@code unset}, {@code import} or {@code confirm_none}
     * @param fingerprint HMAC of the canonical file under the org's key
     * @param keys names only, sorted
     */
    record VersionSet(String versionId, int number, String cause, String fingerprint, List<String> keys)
            implements SecretEvent {
        public VersionSet {
            keys = List.copyOf(keys);
        }
    }

    record MaterialShredded(List<String> versionIds) implements SecretEvent {
        public MaterialShredded {
            versionIds = List.copyOf(versionIds);
        }
    }
}
