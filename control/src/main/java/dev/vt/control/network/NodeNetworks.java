package dev.vt.control.network;

import dev.vt.api.node.NodeNetwork;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.cluster.Servers;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.StateReader;
import dev.vt.control.network.NetworkFacts.Host;
import dev.vt.control.node.Node;
import dev.vt.control.node.NodeState.Admission;
import dev.vt.control.node.Nodes;
import dev.vt.control.placement.EnvMembers;
import dev.vt.control.plane.Sources;
import dev.vt.control.route.Route;
import dev.vt.control.route.RouteDefinition;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** Reads the facts and plans. Thread-safe. */
public final class NodeNetworks implements Sources.Networks {
    private static final String NAT_LABEL = "nat";

    private final StateReader state;
    private final Clusters clusters;
    private final Servers servers;
    private final EnvMembers members;
    private final Supplier<ClusterConfig.Network> config;

    /** @param config asked for each plan */
    public NodeNetworks(
            StateReader state,
            Clusters clusters,
            Servers servers,
            EnvMembers members,
            Supplier<ClusterConfig.Network> config) {
        this.state = state;
        this.clusters = clusters;
        this.servers = servers;
        this.members = members;
        this.config = config;
    }

    @Override
    public Optional<NodeNetwork> of(String nodeId) {
        String prefix = clusters.require().ipv6Prefix();
        List<String> serverHosts = servers.live().stream()
                .flatMap(server -> server.addresses().stream())
                .flatMap(addresses -> addresses.hosts().stream())
                .filter(NodeNetworks::isAddress)
                .toList();
        return NetworkPlanner.plan(
                nodeId, state.read(handle -> facts(handle, prefix, nodeId, serverHosts)), config.get());
    }

    @Override
    public Concerned concerned(StoredEvent event) {
        return switch (event.type()) {
            case "instance.allocated", "instance.status_changed" ->
                new Concerned(false, members.nodesBeside(event.aggregate().id()));
            case "node.state_changed", "node.enrolled", "node.labels_set", "edge.enrolled" ->
                new Concerned(true, Set.of());
            default -> new Concerned(event.type().startsWith("route."), Set.of());
        };
    }

    private NetworkFacts facts(Handle handle, String prefix, String nodeId, List<String> serverHosts) {
        List<Host> nodes = Nodes.all(handle).stream().map(NodeNetworks::host).toList();
        List<String> envIds = members.envsOf(handle, nodeId);
        List<String> underlay = new ArrayList<>(serverHosts);
        nodes.forEach(node -> underlay.addAll(node.underlay()));
        underlay.addAll(edgeAddresses(handle));
        return new NetworkFacts(
                prefix,
                nodes,
                environments(handle, envIds),
                members.of(handle, envIds).stream()
                        .map(each -> new NetworkFacts.Placed(
                                each.instanceId(),
                                each.envId(),
                                each.processType(),
                                each.address(),
                                each.ready(),
                                each.ports()))
                        .toList(),
                targets(handle, envIds),
                underlay);
    }

    private static Host host(Node node) {
        return new Host(
                node.id(),
                node.overlayIpv6(),
                node.addressBlock(),
                node.state() == Admission.ACTIVE || node.state() == Admission.DRAINING,
                node.wireguardPublicKey(),
                node.underlay(),
                "true".equals(node.labels().get(NAT_LABEL)));
    }

    private static List<NetworkFacts.Env> environments(Handle handle, List<String> envIds) {
        return envIds.isEmpty()
                ? List.of()
                : handle.createQuery("""
                                SELECT e.id, e.name || '.' || a.name || '.' || o.name AS label
                                FROM envs e JOIN apps a ON a.id = e.app_id JOIN orgs o ON o.id = e.org_id
                                WHERE e.id IN (<envs>) ORDER BY e.id""")
                        .bindList("envs", envIds)
                        .map((row, context) -> new NetworkFacts.Env(row.getString("id"), row.getString("label")))
                        .list();
    }

    private static List<NetworkFacts.Target> targets(Handle handle, List<String> envIds) {
        return envIds.isEmpty()
                ? List.of()
                : handle.createQuery("SELECT * FROM routes WHERE deleted_at IS NULL AND env_id IN (<envs>) ORDER BY id")
                        .bindList("envs", envIds)
                        .map((row, context) -> target(Route.of(row)))
                        .list();
    }

    private static NetworkFacts.Target target(Route route) {
        RouteDefinition definition = route.definition();
        return new NetworkFacts.Target(
                Objects.requireNonNull(route.row().envId()),
                definition.target().processType(),
                definition.target().port(),
                definition.proxyProtocol().equals("v2"));
    }

    private static List<String> edgeAddresses(Handle handle) {
        List<String> out = new ArrayList<>();
        handle.createQuery("SELECT addresses FROM edges WHERE deleted_at IS NULL ORDER BY id")
                .mapTo(String.class)
                .forEach(json -> Json.parse(json).forEach(address -> out.add(address.asText())));
        return out.stream().filter(NodeNetworks::isAddress).toList();
    }

    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }
}
