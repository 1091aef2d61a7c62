package dev.vt.control.server;

import dev.vt.control.cluster.Maintenance;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.Verification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The maintenance of this server's store. */
public final class StoreMaintenance implements Maintenance {
    private static final Duration DERIVED_WITHIN = Duration.ofSeconds(30);

    private final ControlStore store;
    private final Supplier<ProjectionSet> projections;

    public StoreMaintenance(ControlStore store, Supplier<ProjectionSet> projections) {
        this.store = store;
        this.projections = projections;
    }

    @Override
    public List<View> views() {
        long head = store.head();
        Map<String, Long> derived = store.store().derivedCheckpoints();
        List<View> out = new ArrayList<>();
        projections.get().core().forEach(p -> out.add(view(p, true, head)));
        projections.get().derived().forEach(p -> out.add(view(p, false, derived.getOrDefault(p.name(), 0L))));
        return out;
    }

    private static View view(Projection projection, boolean core, long lastEventId) {
        List<String> tables = projection.tables().stream()
                .map(Projection.ViewTable::name)
                .sorted()
                .toList();
        return new View(projection.name(), core, projection.codeVersion(), lastEventId, tables);
    }

    @Override
    public void rebuild(String view) {
        store.store().rebuild(view);
    }

    /** Derived views that lag are given time first; one that still does is not compared. */
    @Override
    public Verification verify() {
        try {
            store.store().awaitDerived(store.head(), DERIVED_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return store.store().verify();
    }
}
