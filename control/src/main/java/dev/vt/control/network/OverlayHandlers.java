package dev.vt.control.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.node.Heartbeats;
import dev.vt.control.node.Node;
import dev.vt.control.node.Nodes;
import dev.vt.control.placement.Instance;
import dev.vt.control.placement.Instances;
import dev.vt.kernel.Json;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.address.Subnet;
import dev.vt.overlay.filter.Paths;
import dev.vt.overlay.filter.Rule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, ask, view. Changes nothing. */
final class OverlayHandlers {
    private static final String EDGE = "edge";
    private static final List<String> PEER_FIELDS =
            List.of("state", "rtt_micros", "handshake_age_s", "endpoint", "received_bytes", "sent_bytes");

    private final Nodes nodes;
    private final Heartbeats heartbeats;
    private final Instances instances;
    private final NodeNetworks networks;

    /** @param nodeId whose plan decided */
    private record Verdict(Rule rule, String nodeId) {}

    OverlayHandlers(Nodes nodes, Heartbeats heartbeats, Instances instances, NodeNetworks networks) {
        this.nodes = nodes;
        this.heartbeats = heartbeats;
        this.instances = instances;
        this.networks = networks;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("overlay.matrix", "/v1/overlay/matrix", Access.operator("cluster:read"), this::matrix),
                Endpoint.get("paths.explain", "/v1/orgs/{org_id}/explain-path", Access.org("envs:read"), this::explain)
                        .withParameters(Set.of("from", "to", "port")));
    }

    private Reply matrix(Call call) {
        List<Node> all = nodes.all();
        Map<String, String> names = all.stream().collect(Collectors.toMap(Node::id, Node::name));
        ObjectNode out = Json.object();
        ArrayNode rows = out.putArray("nodes");
        for (Node node : all) {
            Optional<Heartbeats.Last> last = heartbeats.last(node.id());
            JsonNode said = last.map(each -> each.observed().path("overlay")).orElse(Json.object());
            ObjectNode row = rows.addObject();
            row.put("node_id", node.id()).put("name", node.name()).put("overlay_ipv6", node.overlayIpv6());
            row.put("device", textOf(said, "device")).put("problem", textOf(said, "problem"));
            row.put("observed_at", last.map(each -> each.at().toString()).orElse(null));
            ArrayNode peers = row.putArray("peers");
            for (JsonNode peer : said.path("peers")) {
                String id = peer.path("node_id").asText();
                // A peer that left since is not shown.
                if (names.containsKey(id)) {
                    ObjectNode cell = peers.addObject();
                    cell.put("node_id", id).put("name", names.get(id));
                    PEER_FIELDS.stream().filter(peer::hasNonNull).forEach(field -> cell.set(field, peer.get(field)));
                }
            }
        }
        return Reply.ok(out);
    }

    private static @Nullable String textOf(JsonNode object, String field) {
        return object.path(field).isTextual() ? object.path(field).asText() : null;
    }

    private Reply explain(Call call) {
        String from = call.parameter("from").orElse("");
        String to = call.parameter("to").orElse("");
        new Checks()
                .that(!from.isEmpty(), "/from", "says an instance, or edge")
                .that(!to.isEmpty(), "/to", "says an instance, or an IPv6 address")
                .that(call.parameter("port").isPresent(), "/port", "says a port")
                .done();
        int port = Math.toIntExact(call.number("port", 0, 1, 65535));
        Optional<Ipv6Prefix> address = literal(to);
        Optional<Instance> target =
                address.isPresent() ? Optional.empty() : Optional.of(instances.require(call.org(), to));
        Verdict verdict;
        if (from.equals(EDGE)) {
            Instance instance = target.orElseThrow(Refusals::notFound);
            Ipv6Prefix own = Ipv6Prefix.parse(instance.overlayIpv6());
            verdict = ask(instance.nodeId(), Subnet.of(own).nodes().truncated(128), own, port);
        } else {
            Instance source = instances.require(call.org(), from);
            Ipv6Prefix own = Ipv6Prefix.parse(source.overlayIpv6());
            verdict = target.map(instance -> between(source, instance, port))
                    .orElseGet(() -> ask(source.nodeId(), own, address.orElseThrow(), port));
        }
        ObjectNode out = Json.object();
        out.put("from", from).put("to", to).put("port", port);
        out.put("allowed", verdict.rule().allows()).put("rule", verdict.rule().code());
        out.put("meaning", verdict.rule().meaning()).put("node_id", verdict.nodeId());
        return Reply.ok(out);
    }

    /** Both nodes decide: the source's first, and the target's about what that one lets pass. */
    private Verdict between(Instance source, Instance target, int port) {
        Ipv6Prefix from = Ipv6Prefix.parse(source.overlayIpv6());
        Ipv6Prefix to = Ipv6Prefix.parse(target.overlayIpv6());
        Verdict first = ask(source.nodeId(), from, to, port);
        return first.rule().allows() ? ask(target.nodeId(), from, to, port) : first;
    }

    private Verdict ask(String nodeId, Ipv6Prefix from, Ipv6Prefix to, int port) {
        return new Verdict(
                new Paths(networks.of(nodeId).orElseThrow(Refusals::notFound)).decide(from, to, port), nodeId);
    }

    /** Empty for what is no IPv6 address: an id. */
    private static Optional<Ipv6Prefix> literal(String text) {
        return text.indexOf(':') < 0 ? Optional.empty() : parsed(text);
    }

    private static Optional<Ipv6Prefix> parsed(String text) {
        try {
            return Optional.of(Ipv6Prefix.parse(text).truncated(128));
        } catch (IllegalArgumentException e) {
            new Checks()
                    .error("/to", "invalid", "must be an instance, or an IPv6 address")
                    .done();
            return Optional.empty();
        }
    }
}
