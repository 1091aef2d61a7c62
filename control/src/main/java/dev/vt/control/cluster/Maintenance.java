package dev.vt.control.cluster;

import dev.vt.eventlog.Verification;
import java.util.List;

/** What an operator may do to the log's views. Blocks as long as it takes. Thread-safe. */
public interface Maintenance {
    /** @param lastEventId how far it is */
    record View(String name, boolean core, int codeVersion, long lastEventId, List<String> tables) {
        public View {
            tables = List.copyOf(tables);
        }
    }

    List<View> views();

    /** @throws IllegalArgumentException if there is no such view */
    void rebuild(String view);

    Verification verify();
}
