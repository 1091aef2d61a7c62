package dev.vt.eventlog;

import org.jspecify.annotations.Nullable;

/** The tenant an event belongs to; {@link #NONE} for infrastructure. The narrower ids are set whenever known. */
public record Owner(
        @Nullable String orgId,
        @Nullable String projectId,
        @Nullable String appId,
        @Nullable String envId) {
    public static final Owner NONE = new Owner(null, null, null, null);

    public static Owner org(String orgId) {
        return new Owner(orgId, null, null, null);
    }
}
