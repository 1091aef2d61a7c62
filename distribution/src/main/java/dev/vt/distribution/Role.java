package dev.vt.distribution;

import dev.vt.agent.AgentMain;
import dev.vt.control.ServerMain;
import dev.vt.edge.EdgeMain;
import java.util.Locale;
import java.util.Optional;

/** What this program can be besides a client. */
enum Role {
    SERVER,
    AGENT,
    EDGE,
    IMAGE,
    DEV;

    static Optional<Role> of(String word) {
        for (Role role : values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** Runs in the calling thread until the role ends. */
    int run(String[] args) {
        return switch (this) {
            case SERVER -> ServerMain.run(args);
            case AGENT -> AgentMain.run(args);
            case EDGE -> EdgeMain.run(args);
            case IMAGE -> ImageTool.run(args);
            case DEV -> DevSupervisor.run(args);
        };
    }
}
