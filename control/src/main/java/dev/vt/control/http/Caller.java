package dev.vt.control.http;

import dev.vt.eventlog.Actor;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: what the credential proves, read from replicated records on each request (A17).
 *
 * @param tokenId the token's id, never the token
 * @param scopes of the token
 * @param operator whether the user has the operator flag, or an operator made the principal with scopes of the cluster
 * @param orgScopes per org the caller belongs to, what the role there allows
 * @param roles per org, for people to read: {@code owner} to {@code readonly}, {@code service_principal}
 * @param reach what the token is bound to, or null for everything
 * @param expiresAt of the token
 * @param session how the person signed in to the console, or null for a bearer token
 */
public record Caller(
        Actor actor,
        String tokenId,
        Set<String> scopes,
        boolean operator,
        Map<String, Set<String>> orgScopes,
        Map<String, String> roles,
        @Nullable Reach reach,
        Instant expiresAt,
        @Nullable SignIn session) {
    /**
     * A console session (A21).
     *
     * @param key of its {@code credential} record
     * @param authenticatedAt when a password was last given; what is sensitive wants it to be recent
     * @param idleUntil when it ends if it is not used
     * @param csrfToken what unsafe requests must repeat
     */
    public record SignIn(String key, Instant authenticatedAt, Instant idleUntil, String csrfToken) {
        @Override
        public String toString() {
            return "SignIn[" + authenticatedAt + "]";
        }
    }

    public Caller {
        scopes = Set.copyOf(scopes);
        orgScopes = Map.copyOf(orgScopes);
        roles = Map.copyOf(roles);
    }

    /** The id the token is bound to, or null. */
    public @Nullable String tokenResource() {
        return reach == null ? null : reach.resource();
    }

    /** Whether this org exists for the caller at all; if not, the answer is the one for an unknown id (A3). */
    public boolean belongsTo(String orgId) {
        return orgScopes.containsKey(orgId) && (reach == null || reach.orgId().equals(orgId));
    }

    /** Role ∩ token scopes (api.md §7). */
    public boolean mayInOrg(String orgId, String scope) {
        return belongsTo(orgId)
                && scopes.contains(scope)
                && orgScopes.getOrDefault(orgId, Set.of()).contains(scope);
    }

    public boolean owns(String orgId) {
        return "owner".equals(roles.get(orgId));
    }

    /** Whether the role in the org is that of an admin, whatever the token. */
    public boolean administers(String orgId) {
        return orgScopes.getOrDefault(orgId, Set.of()).contains("orgs:admin");
    }

    public boolean mayOperate(String scope) {
        return operator && reach == null && scopes.contains(scope);
    }
}
