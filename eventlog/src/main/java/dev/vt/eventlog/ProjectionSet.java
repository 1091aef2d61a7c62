package dev.vt.eventlog;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All projections of a server. Core ones run in this order inside the batch's transaction, event by event; derived ones
 * follow by checkpoint, a virtual thread each, and may read core rows (S14, S15). Because a derived projection meets core rows
 * that may be newer than its event, its rows must depend on the newest state only, never on the moment it looked.
 */
public record ProjectionSet(List<Projection> core, List<Projection> derived) {
    public static final ProjectionSet EMPTY = new ProjectionSet(List.of(), List.of());

    public ProjectionSet {
        core = List.copyOf(core);
        derived = List.copyOf(derived);
        Set<String> names = new HashSet<>();
        Set<String> tables = new HashSet<>();
        for (List<Projection> list : List.of(core, derived)) {
            for (Projection projection : list) {
                requireUnique(names, projection.name(), "projection");
                projection.tables().forEach(table -> requireUnique(tables, table.name(), "table"));
            }
        }
    }

    public static ProjectionSet core(Projection... core) {
        return new ProjectionSet(List.of(core), List.of());
    }

    private static void requireUnique(Set<String> seen, String name, String what) {
        if (!name.matches("[a-z][a-z0-9_]{0,50}")) {
            throw new IllegalArgumentException("not a " + what + " name: " + name);
        }
        if (!seen.add(name)) {
            throw new IllegalArgumentException("two projections have the " + what + " " + name);
        }
    }
}
