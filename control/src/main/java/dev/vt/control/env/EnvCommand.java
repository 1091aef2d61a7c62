package dev.vt.control.env;

import org.jspecify.annotations.Nullable;

/** What may be asked of an environment; names are already checked for their form. */
sealed interface EnvCommand {
    record Create(String name, boolean guarded) implements EnvCommand {}

    /** Null leaves a field as it is. */
    record Update(@Nullable String name, @Nullable Boolean guarded) implements EnvCommand {}

    record Delete() implements EnvCommand {}
}
