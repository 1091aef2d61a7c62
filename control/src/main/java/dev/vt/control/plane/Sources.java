package dev.vt.control.plane;

import dev.vt.api.edge.EdgeTable;
import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.ProblemException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the planes need of the nouns; {@code ControlPlane} hands it in. All thread-safe. */
public final class Sources {
    private Sources() {}

    /** The instances a node should have. */
    @FunctionalInterface
    public interface Assignments {
        /** By instance id, from one snapshot of the views; equal views give equal lists. */
        List<NodePlan.Assignment> of(String nodeId);
    }

    /** What a node needs of the network. */
    public interface Networks {
        /** From one snapshot of the views; equal views give equal networks. Empty if there is no such node. */
        Optional<NodeNetwork> of(String nodeId);

        /** Whose network an event may change; called by the tail, so it reads little. */
        Concerned concerned(StoredEvent event);

        /** @param all every node's; otherwise those of these nodes */
        record Concerned(boolean all, Set<String> nodeIds) {
            public Concerned {
                nodeIds = Set.copyOf(nodeIds);
            }
        }
    }

    /** What nodes report of instances. */
    @FunctionalInterface
    public interface StatusIntake {
        /** What became of a report. */
        enum Taken {
            /** It is durable, or is known to change nothing. */
            YES,
            /** Another server takes it; if none does, the node sends it again by itself. */
            LATER,
            /** The node shall dial and send it again. */
            FAILED
        }

        /** @param again whether this server was told before, and left it to another */
        Taken report(String nodeId, InstanceStatus status, boolean again);
    }

    /** Routes with their ready backends. */
    @FunctionalInterface
    public interface RouteBackends {
        /** From one snapshot of the views; equal views give equal contents. */
        EdgeContent current();
    }

    /**
     * What is in every edge's table.
     *
     * @param routes by route id, backends by instance id
     */
    public record EdgeContent(EdgeTable.Settings settings, List<EdgeTable.Route> routes) {
        public EdgeContent {
            routes = List.copyOf(routes);
        }
    }

    /** Secret material for a node. */
    @FunctionalInterface
    public interface SecretFiles {
        /**
         * The canonical file; empty unless this node holds an instance of this version now (SE4).
         *
         * @throws ProblemException {@code master_key_unavailable}
         */
        Optional<byte[]> open(String nodeId, String instanceId, String versionId);
    }

    /** Pull tokens for the built-in registry. */
    @FunctionalInterface
    public interface PullTokens {
        /**
         * Short-lived, for this repository only; empty for a registry that is not ours.
         *
         * @throws ProblemException {@code forbidden} unless this node has this instance, of this image, now (SC-10)
         */
        Optional<PullToken> issue(String nodeId, String instanceId, String registryHost, String repository);
    }

    /**
     * @param plainHttp the registry speaks HTTP without TLS ({@code vt dev})
     * @param hosts that have the same images, in the order in which to ask; empty: only the one that was named
     */
    public record PullToken(String bearer, boolean plainHttp, List<String> hosts) {
        public PullToken {
            hosts = List.copyOf(hosts);
        }

        @Override
        public String toString() {
            return "PullToken[redacted]";
        }
    }
}
