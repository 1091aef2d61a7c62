package dev.vt.control.event;

import dev.vt.control.feature.Feature;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventReader;
import java.util.List;

/** Registers the log's endpoints. */
public final class EventFeature implements Feature {
    private final EventHandlers handlers;

    public EventFeature(EventReader events) {
        this.handlers = new EventHandlers(events);
    }

    @Override
    public String name() {
        return "event";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }
}
