package dev.vt.control.node;

import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Registers the noun. */
public final class NodeFeature implements Feature {
    private final NodeHandlers handlers;
    private final NodeMonitor monitor;

    /** @param connected whether a node has a stream to this server ({@code plane.NodeLinks::isConnected}) */
    public NodeFeature(
            Mutations mutations,
            StateReader state,
            Nodes nodes,
            Heartbeats heartbeats,
            NodeConditions conditions,
            Predicate<String> connected,
            Supplier<ClusterConfig.Detection> config) {
        this.handlers = new NodeHandlers(mutations, state, nodes, heartbeats, conditions, connected);
        this.monitor = new NodeMonitor(nodes, heartbeats, conditions, connected, config);
    }

    @Override
    public String name() {
        return "node";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new NodeProjection());
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(NodeFeature.class, "node.events.json");
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(monitor);
    }
}
