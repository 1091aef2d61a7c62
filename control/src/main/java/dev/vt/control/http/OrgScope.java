package dev.vt.control.http;

import org.jspecify.annotations.Nullable;

/**
 * An org the caller was found to belong to. Every tenant query takes one (security.md §3), so that it cannot be forgotten;
 * only {@link Call#org} and the control plane's own reconcilers make them.
 *
 * @param reach what the caller's token is bound to, or null for the whole org
 */
public record OrgScope(String orgId, @Nullable Reach reach) {
    public OrgScope(String orgId) {
        this(orgId, null);
    }
}
