package dev.vt.control.plane;

import dev.vt.api.proto.ToNode;

/** The long streams of agents to this server. Thread-safe. */
public interface NodeLinks {
    boolean isConnected(String nodeId);

    /** Queues a message for the node; false if it has no stream here or does not keep up. */
    boolean send(String nodeId, ToNode message);
}
