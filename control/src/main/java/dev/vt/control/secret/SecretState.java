package dev.vt.control.secret;

import java.util.List;

/** What a bundle is, by its events. */
sealed interface SecretState {
    record Absent() implements SecretState {}

    /** Made, but without a version: only between two events of one batch. */
    record Empty() implements SecretState {}

    record Current(String versionId, int number, String cause, String fingerprint, List<String> keys)
            implements SecretState {
        public Current {
            keys = List.copyOf(keys);
        }
    }
}
