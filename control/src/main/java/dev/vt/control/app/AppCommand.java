package dev.vt.control.app;

import org.jspecify.annotations.Nullable;

/** What may be asked of an app; names are already checked for their form. */
sealed interface AppCommand {
    record Create(String name, String description) implements AppCommand {}

    /** Null leaves a field as it is. */
    record Update(@Nullable String name, @Nullable String description) implements AppCommand {}

    record Delete() implements AppCommand {}
}
