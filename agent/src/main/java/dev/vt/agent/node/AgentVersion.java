package dev.vt.agent.node;

/** The version the agent tells servers. */
final class AgentVersion {
    static final String TEXT = "0.1.0";

    private AgentVersion() {}
}
