package dev.vt.control.principal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a service principal is, by its events. */
sealed interface PrincipalState {
    record Absent() implements PrincipalState {}

    record Live(Set<String> scopes, @Nullable String resource) implements PrincipalState {
        public Live {
            scopes = Set.copyOf(scopes);
        }
    }

    record Gone() implements PrincipalState {}
}
