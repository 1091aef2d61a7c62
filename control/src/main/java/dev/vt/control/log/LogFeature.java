package dev.vt.control.log;

import dev.vt.control.feature.Feature;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.plane.InstanceDirectory;
import java.time.Clock;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/** Registers log reading. */
public final class LogFeature implements Feature {
    private final LogHandlers handlers;

    /**
     * @param envExists (org id, env id)
     * @param readAudit told before logs of an env are read; refuses by exception
     */
    public LogFeature(
            InstanceDirectory instances,
            LogQueries queries,
            BiPredicate<String, String> envExists,
            BiConsumer<Call, String> readAudit,
            Clock clock) {
        this.handlers = new LogHandlers(instances, queries, envExists, readAudit, clock);
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }
}
