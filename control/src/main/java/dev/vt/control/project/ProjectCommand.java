package dev.vt.control.project;

import org.jspecify.annotations.Nullable;

/** What may be asked of a project; names are already checked for their form. */
sealed interface ProjectCommand {
    record Create(String name, String description) implements ProjectCommand {}

    /** Null leaves a field as it is. */
    record Update(@Nullable String name, @Nullable String description) implements ProjectCommand {}

    record Delete() implements ProjectCommand {}
}
