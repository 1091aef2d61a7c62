package dev.vt.control.project;

/** What a project is, by its events. */
sealed interface ProjectState {
    record Absent() implements ProjectState {}

    record Live(String name, String description) implements ProjectState {}

    record Gone() implements ProjectState {}
}
