package dev.vt.control.deploy;

/** What a deploy is, by its events. */
sealed interface DeployState {
    record Absent() implements DeployState {}

    record Started(DeployStatus status) implements DeployState {}
}
