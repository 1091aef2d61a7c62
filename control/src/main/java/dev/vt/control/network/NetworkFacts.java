package dev.vt.control.network;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the planner decides from, of one moment.
 *
 * @param prefix the cluster's
 * @param nodes all that have not left, by id
 * @param environments that have an instance on the node, by id
 * @param instances of these environments, unfinished, by id
 * @param targets of the living routes of these environments
 * @param underlay addresses of hosts, IPv6 or IPv4
 */
record NetworkFacts(
        String prefix,
        List<Host> nodes,
        List<Env> environments,
        List<Placed> instances,
        List<Target> targets,
        List<String> underlay) {
    NetworkFacts {
        nodes = List.copyOf(nodes);
        environments = List.copyOf(environments);
        instances = List.copyOf(instances);
        targets = List.copyOf(targets);
        underlay = List.copyOf(underlay);
    }

    /**
     * @param inMesh active or draining (O13)
     * @param publicKey of WireGuard; null: a node that has no part in the mesh
     * @param nat behind an address translator: keeps its way open by itself (O8)
     */
    record Host(
            String nodeId,
            String address,
            String block,
            boolean inMesh,
            @Nullable String publicKey,
            List<String> underlay,
            boolean nat) {
        Host {
            underlay = List.copyOf(underlay);
        }
    }

    /** @param label {@code <env>.<app>.<org>} */
    record Env(String envId, String label) {}

    record Placed(
            String instanceId, String envId, String processType, String address, boolean ready, List<Integer> ports) {
        Placed {
            ports = List.copyOf(ports);
        }
    }

    /** @param proxied the route injects PROXY protocol v2 */
    record Target(String envId, String processType, int port, boolean proxied) {}
}
