package dev.vt.control.app;

/** What an app is, by its events. */
sealed interface AppState {
    record Absent() implements AppState {}

    record Live(String name, String description) implements AppState {}

    record Gone() implements AppState {}
}
