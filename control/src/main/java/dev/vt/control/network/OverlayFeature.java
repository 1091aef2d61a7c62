package dev.vt.control.network;

import dev.vt.control.feature.Feature;
import dev.vt.control.http.Endpoint;
import dev.vt.control.node.Heartbeats;
import dev.vt.control.node.Nodes;
import dev.vt.control.placement.Instances;
import java.util.List;

/** Registers what people may ask about the network. */
public final class OverlayFeature implements Feature {
    private final OverlayHandlers handlers;

    public OverlayFeature(Nodes nodes, Heartbeats heartbeats, Instances instances, NodeNetworks networks) {
        this.handlers = new OverlayHandlers(nodes, heartbeats, instances, networks);
    }

    @Override
    public String name() {
        return "overlay";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }
}
