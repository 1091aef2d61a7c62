package dev.vt.control.auth;

import dev.vt.control.feature.Draft;

/**
 * Is told, in the batch that does it, whose role changes (SC-15): their console sessions end with it, so that no cookie from
 * before carries what they may do now; they sign in again and get another. Tokens of programs are no sessions: they stay. See ADR 23.
 */
@FunctionalInterface
public interface RoleChanges {
    void changed(Draft draft, String userId);
}
