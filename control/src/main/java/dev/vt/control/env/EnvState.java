package dev.vt.control.env;

/** What an environment is, by its events. */
sealed interface EnvState {
    record Absent() implements EnvState {}

    record Live(String name, boolean guarded) implements EnvState {}

    record Gone() implements EnvState {}
}
