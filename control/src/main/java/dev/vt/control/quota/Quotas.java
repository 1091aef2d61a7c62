package dev.vt.control.quota;

import dev.vt.eventlog.Precondition;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** How other nouns ask for more, and how the scheduler sees what is left. */
public final class Quotas {
    /** Limits and usage of an org by dimension; a dimension without limit is absent from the limits. */
    public record Standing(Map<String, Long> limits, Map<String, Long> usage) {
        public Standing {
            limits = Map.copyOf(limits);
            usage = Map.copyOf(usage);
        }
    }

    private Quotas() {}

    /** Holds if the org may have one more of it. */
    public static Precondition one(String orgId, Dimension dimension) {
        return more(orgId, Map.of(dimension, 1L));
    }

    /** Holds if the org may have so much more; a delta that is not positive asks for nothing. */
    public static Precondition more(String orgId, Map<Dimension, Long> deltas) {
        Map<String, Long> out = new HashMap<>();
        deltas.forEach((dimension, delta) -> out.put(dimension.text(), delta));
        return new Precondition.Quota(orgId, out);
    }

    /** Of every org that has a limit. */
    public static Map<String, Standing> limited(Handle handle) {
        Map<String, Map<String, Long>> limits = new HashMap<>();
        handle.createQuery("SELECT org_id, dimension, limit_value FROM quotas")
                .map((row, context) -> limits.computeIfAbsent(row.getString(1), org -> new HashMap<>())
                        .put(row.getString(2), row.getLong(3)))
                .list();
        Map<String, Standing> out = new HashMap<>();
        limits.forEach((org, mine) -> out.put(org, new Standing(mine, usage(handle, org))));
        return out;
    }

    static Standing of(Handle handle, String orgId) {
        Map<String, Long> limits = new HashMap<>();
        handle.createQuery("SELECT dimension, limit_value FROM quotas WHERE org_id = :org")
                .bind("org", orgId)
                .map((row, context) -> limits.put(row.getString(1), row.getLong(2)))
                .list();
        return new Standing(limits, usage(handle, orgId));
    }

    private static Map<String, Long> usage(Handle handle, String orgId) {
        Map<String, Long> out = new HashMap<>();
        handle.createQuery("SELECT dimension, used FROM quota_usage WHERE org_id = :org")
                .bind("org", orgId)
                .map((row, context) -> out.put(row.getString(1), row.getLong(2)))
                .list();
        return out;
    }
}
