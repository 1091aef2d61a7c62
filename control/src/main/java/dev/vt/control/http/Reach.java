package dev.vt.control.http;

import dev.vt.eventlog.Owner;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a token is bound to (its {@code resource}): an org, or one project, app or env in it.
 *
 * @param resource the id the token names
 * @param within where that is, down to the resource itself
 */
public record Reach(String resource, Owner within) {
    /** How something lies to a reach. */
    public enum Place {
        /** The resource itself, or below it. */
        INSIDE,
        /** On the way from the org down to it. */
        ABOVE,
        OUTSIDE
    }

    public String orgId() {
        return Objects.requireNonNull(within.orgId());
    }

    /** Whether less than a whole org is in it. */
    public boolean narrow() {
        return within.projectId() != null;
    }

    public Place place(Owner of) {
        boolean inside = true;
        for (String[] pair : new String[][] {
            {within.orgId(), of.orgId()},
            {within.projectId(), of.projectId()},
            {within.appId(), of.appId()},
            {within.envId(), of.envId()}
        }) {
            String mine = pair[0];
            String theirs = pair[1];
            if (mine == null) {
                break;
            }
            if (theirs == null) {
                inside = false;
            } else if (!inside || !theirs.equals(mine)) {
                return Place.OUTSIDE;
            }
        }
        return inside ? Place.INSIDE : Place.ABOVE;
    }

    /** The id of that level, or null if the reach is wider. */
    public @Nullable String project() {
        return within.projectId();
    }

    public @Nullable String app() {
        return within.appId();
    }

    public @Nullable String env() {
        return within.envId();
    }
}
