package dev.vt.control.network;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Member;
import dev.vt.api.node.NodeNetwork.Peer;
import dev.vt.api.node.NodeNetwork.RoutedPort;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.network.NetworkFacts.Host;
import dev.vt.control.network.NetworkFacts.Placed;
import dev.vt.overlay.address.Subnet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** From facts to one node's network. Pure: equal facts give equal networks. */
final class NetworkPlanner {
    private static final int FIRST_GENERATION = 1;

    private NetworkPlanner() {}

    /** Empty if there is no such node. */
    static Optional<NodeNetwork> plan(String nodeId, NetworkFacts facts, ClusterConfig.Network config) {
        return facts.nodes().stream()
                .filter(node -> node.nodeId().equals(nodeId))
                .findFirst()
                .map(node -> new NodeNetwork(
                        Subnet.ofCluster(facts.prefix()).prefix().toString(),
                        node.address(),
                        node.block(),
                        settings(config),
                        peers(node, facts.nodes(), config),
                        environments(facts, config),
                        routedPorts(facts),
                        List.of(),
                        facts.underlay().stream().distinct().sorted().toList()));
    }

    private static List<Peer> peers(Host self, List<Host> nodes, ClusterConfig.Network config) {
        if (!isMember(self)) {
            return List.of();
        }
        return nodes.stream()
                .filter(NetworkPlanner::isMember)
                .filter(node -> !node.nodeId().equals(self.nodeId()))
                .map(node -> new Peer(
                        node.nodeId(),
                        node.address(),
                        Objects.requireNonNull(node.publicKey()),
                        FIRST_GENERATION,
                        endpoints(node, config.wireguardPort()),
                        List.of(node.address() + "/128", node.block()),
                        self.nat() ? seconds(config.keepalive()) : 0))
                .toList();
    }

    private static NodeNetwork.Settings settings(ClusterConfig.Network config) {
        return new NodeNetwork.Settings(
                config.wireguardPort(),
                config.mtu(),
                seconds(config.echoEvery()),
                config.echoMissesDegraded(),
                config.echoMissesDown(),
                seconds(config.dnsTtl()),
                seconds(config.dnsNegativeTtl()),
                config.flowsPerInstance(),
                config.newFlowsPerSecond());
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.toSeconds());
    }

    private static boolean isMember(Host node) {
        return node.inMesh() && node.publicKey() != null;
    }

    /** IPv6 first (O8). */
    private static List<String> endpoints(Host node, int port) {
        List<String> out = new ArrayList<>();
        node.underlay().stream()
                .filter(address -> address.indexOf(':') >= 0)
                .forEach(address -> out.add("[" + address + "]:" + port));
        node.underlay().stream()
                .filter(address -> address.indexOf(':') < 0)
                .forEach(address -> out.add(address + ":" + port));
        return out;
    }

    private static List<Environment> environments(NetworkFacts facts, ClusterConfig.Network config) {
        Map<String, List<Member>> members = new TreeMap<>();
        for (Placed instance : facts.instances()) {
            members.computeIfAbsent(instance.envId(), env -> new ArrayList<>())
                    .add(new Member(
                            instance.instanceId(),
                            instance.processType(),
                            instance.address(),
                            instance.ready(),
                            instance.ports().stream().distinct().sorted().toList()));
        }
        return facts.environments().stream()
                .map(env -> new Environment(
                        env.envId(),
                        env.label(),
                        config.internal().equals("allow"),
                        config.egress().equals("internet"),
                        members.getOrDefault(env.envId(), List.of())))
                .toList();
    }

    private static List<RoutedPort> routedPorts(NetworkFacts facts) {
        Map<RoutedPort, Boolean> proxied =
                new TreeMap<>(Comparator.comparing(RoutedPort::address).thenComparingInt(RoutedPort::port));
        for (NetworkFacts.Target target : facts.targets()) {
            for (Placed instance : facts.instances()) {
                if (instance.envId().equals(target.envId())
                        && instance.processType().equals(target.processType())) {
                    // One route that injects the header is enough: without it the workload would believe any header.
                    proxied.merge(
                            new RoutedPort(instance.address(), target.port(), false),
                            target.proxied(),
                            Boolean::logicalOr);
                }
            }
        }
        return proxied.entrySet().stream()
                .map(each ->
                        new RoutedPort(each.getKey().address(), each.getKey().port(), each.getValue()))
                .toList();
    }
}
