package dev.vt.control.http;

import dev.vt.eventlog.Actor;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: what the token proves, read from replicated records on each request (A17).
 *
 * @param tokenId the token's id, never the token
 * @param scopes of the token
 * @param operator whether the user has the operator flag
 * @param orgScopes per org the caller belongs to, what the role there allows
 * @param tokenResource the org the token is bound to, or null for all
 * @param expiresAt of the token
 */
public record Caller(
        Actor actor,
        String tokenId,
        Set<String> scopes,
        boolean operator,
        Map<String, Set<String>> orgScopes,
        @Nullable String tokenResource,
        Instant expiresAt) {
    public Caller {
        scopes = Set.copyOf(scopes);
        orgScopes = Map.copyOf(orgScopes);
    }

    /** Whether this org exists for the caller at all; if not, the answer is the one for an unknown id (A3). */
    public boolean belongsTo(String orgId) {
        return orgScopes.containsKey(orgId) && (tokenResource == null || tokenResource.equals(orgId));
    }

    /** Role ∩ token scopes (api.md §7). */
    public boolean mayInOrg(String orgId, String scope) {
        return belongsTo(orgId)
                && scopes.contains(scope)
                && orgScopes.getOrDefault(orgId, Set.of()).contains(scope);
    }

    public boolean mayOperate(String scope) {
        return operator && tokenResource == null && scopes.contains(scope);
    }
}
