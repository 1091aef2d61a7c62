package dev.vt.control.auth;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a member is in an org, as scopes (api.md §7). */
public enum Role {
    OWNER(Scopes.owner()),
    ADMIN(Scopes.union(Scopes.READ, Scopes.WRITE, Scopes.RISKY, Scopes.ADMIN)),
    DEVELOPER(Scopes.union(Scopes.READ, Scopes.WRITE)),
    READONLY(Scopes.READ);

    private final Set<String> scopes;

    Role(Set<String> scopes) {
        this.scopes = Set.copyOf(scopes);
    }

    /** @param developersMayExec what the org allows its developers beyond the table */
    public Set<String> scopes(boolean developersMayExec) {
        return this == DEVELOPER && developersMayExec ? Scopes.union(scopes, Scopes.RISKY) : scopes;
    }

    /** What everybody in this role may do. */
    public Set<String> scopes() {
        return scopes;
    }

    /** As in events and answers. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String text) {
        return Stream.of(values()).filter(role -> role.text().equals(text)).findFirst();
    }
}
