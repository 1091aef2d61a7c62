package dev.vt.eventlog.apply;

import dev.vt.eventlog.StoredEvent;
import java.util.Set;

/**
 * Whether an aggregate lives on after an event; what {@code alive} and {@code no_children} ask. An aggregate lives from its
 * first event to the first one that ends it. Later events (a status report that arrives late, shredded material) do not revive
 * it; only {@code undeleted} does.
 */
public final class Lifecycle {
    private static final Set<String> ENDS =
            Set.of("deleted", "removed", "revoked", "pruned", "left", "ended", "finished", "consumed");

    private Lifecycle() {}

    public static boolean aliveAfter(boolean aliveBefore, StoredEvent event) {
        String verb = event.type().substring(event.type().indexOf('.') + 1);
        if (verb.equals("undeleted")) {
            return true;
        }
        if (ENDS.contains(verb)) {
            return false;
        }
        // A stopped instance never returns (scheduler.md I7) and has no event of its own for its end.
        if (event.type().equals("instance.status_changed")
                && event.payload().path("status").asText().equals("stopped")) {
            return false;
        }
        return event.aggregateSeq() == 1 || aliveBefore;
    }
}
