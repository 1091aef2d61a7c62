package dev.vt.control.feature;

import org.jspecify.annotations.Nullable;

/**
 * One line of a receipt or plan (A6).
 *
 * @param op {@code create}, {@code update}, {@code delete} or {@code same}
 * @param kind of the resource, for example {@code app}
 * @param id of the resource, or null if it has none yet
 * @param summary a few words for people; never a value of a variable or a secret
 */
public record Change(String op, String kind, @Nullable String id, String name, String summary, boolean destructive) {
    public static Change create(String kind, String id, String name) {
        return new Change("create", kind, id, name, "created", false);
    }

    public static Change update(String kind, String id, String name, String summary) {
        return new Change("update", kind, id, name, summary, false);
    }

    public static Change delete(String kind, String id, String name) {
        return new Change("delete", kind, id, name, "deleted", true);
    }
}
