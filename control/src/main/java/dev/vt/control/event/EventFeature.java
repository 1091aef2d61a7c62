package dev.vt.control.event;

import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.Feature;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventReader;
import java.util.List;
import java.util.function.Supplier;

/** Registers the log's endpoints. */
public final class EventFeature implements Feature {
    private final EventHandlers handlers;

    public EventFeature(EventReader events, Supplier<ClusterConfig.Limits> limits) {
        this.handlers = new EventHandlers(events, limits);
    }

    /** Open streams of events, and how many events the slowest is behind. */
    public int openStreams() {
        return handlers.openStreams();
    }

    public long slowestLag() {
        return handlers.slowestLag();
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
