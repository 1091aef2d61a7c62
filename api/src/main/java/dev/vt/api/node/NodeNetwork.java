package dev.vt.api.node;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * The part of a node's plan that is about the network: its peers, who may reach whom, and names (network.md §2, §4, §6). Whole,
 * like the plan; every list is sorted, so that equal networks are equal documents.
 *
 * @param subnet {@code S}: the first /64 of the cluster's prefix (A2)
 * @param address this node's own /128, without prefix length
 * @param block the /80 of this node's instances
 * @param settings of the cluster
 * @param peers the other nodes of the mesh, by node id (O3)
 * @param environments those with an instance on this node, and those that an allowance names, by id
 * @param routedPorts of these environments' instances, by address and port (P3, P4)
 * @param allowances of one environment's instances to reach another's (P8)
 * @param underlay addresses of hosts, which instances never reach (P5)
 */
@JsonNaming(SnakeCaseStrategy.class)
public record NodeNetwork(
        String subnet,
        String address,
        String block,
        Settings settings,
        List<Peer> peers,
        List<Environment> environments,
        List<RoutedPort> routedPorts,
        List<Allowance> allowances,
        List<String> underlay) {
    public NodeNetwork {
        peers = List.copyOf(peers);
        environments = List.copyOf(environments);
        routedPorts = List.copyOf(routedPorts);
        allowances = List.copyOf(allowances);
        underlay = List.copyOf(underlay);
    }

    /**
     * Keys {@code network.*} of the cluster's configuration, as the node needs them.
     *
     * @param wireguardPort UDP
     * @param mtu of inner packets, bytes
     * @param echoEveryS seconds between echoes to one peer (O10)
     * @param echoMissesDegraded missed echoes until a peer is degraded
     * @param echoMissesDown missed echoes until it is down
     * @param dnsTtlS of answers (D4)
     * @param dnsNegativeTtlS of answers that there is no such name (D4)
     * @param flowsPerInstance tracked at once (E4)
     * @param newFlowsPerSecond of an instance (E4)
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Settings(
            int wireguardPort,
            int mtu,
            int echoEveryS,
            int echoMissesDegraded,
            int echoMissesDown,
            int dnsTtlS,
            int dnsNegativeTtlS,
            int flowsPerInstance,
            int newFlowsPerSecond) {}

    /**
     * Another node of the mesh.
     *
     * @param address its own /128, without prefix length
     * @param publicKey of WireGuard, base64
     * @param keyGeneration rises with each rotation (O12)
     * @param endpoints {@code [address]:port} on the underlay, in the order to try (O8)
     * @param allowed prefixes that live behind it (O4); empty while another node relays for it (O11)
     * @param keepaliveS seconds; 0: off
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Peer(
            String nodeId,
            String address,
            String publicKey,
            int keyGeneration,
            List<String> endpoints,
            List<String> allowed,
            int keepaliveS) {
        public Peer {
            endpoints = List.copyOf(endpoints);
            allowed = List.copyOf(allowed);
        }
    }

    /**
     * An environment and all its instances in the cluster.
     *
     * @param label {@code <env>.<app>.<org>}: what its names end with, before the zone
     * @param internal whether its instances may reach each other (P1)
     * @param egress whether its instances may reach the outside (E1)
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Environment(String envId, String label, boolean internal, boolean egress, List<Member> members) {
        public Environment {
            members = List.copyOf(members);
        }
    }

    /**
     * @param ready whether the process's name resolves to it
     * @param ports that its process type names, ascending
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Member(String instanceId, String process, String address, boolean ready, List<Integer> ports) {
        public Member {
            ports = List.copyOf(ports);
        }
    }

    /** @param proxied a route to it injects PROXY protocol v2: only edges may open it (P4) */
    @JsonNaming(SnakeCaseStrategy.class)
    public record RoutedPort(String address, int port, boolean proxied) {}

    /** Instances of one environment may open this TCP port of another's (P8). */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Allowance(String fromEnvId, String toEnvId, int port) {}
}
