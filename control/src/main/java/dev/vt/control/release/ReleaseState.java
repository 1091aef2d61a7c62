package dev.vt.control.release;

/** What a release is, by its events. */
sealed interface ReleaseState {
    record Absent() implements ReleaseState {}

    record Released(int number, String imageDigest, String manifestHash) implements ReleaseState {}
}
