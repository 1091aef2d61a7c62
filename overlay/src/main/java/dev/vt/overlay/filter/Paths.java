package dev.vt.overlay.filter;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Member;
import dev.vt.api.node.NodeNetwork.RoutedPort;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.address.Subnet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a node's plan says about the first packet of a TCP connection (P12). Pure, and the reference for {@link FilterTable}: both
 * give one answer for the same plan.
 */
public final class Paths {
    private static final Ipv6Prefix LINK_LOCAL = Ipv6Prefix.parse("fe80::/10");

    private final Subnet subnet;
    private final Ipv6Prefix own;
    private final Map<Ipv6Prefix, Environment> envOf = new HashMap<>();
    private final Set<Target> routed = new HashSet<>();
    private final Set<Target> proxied = new HashSet<>();
    private final Set<Allowance> allowances;
    private final Set<Ipv6Prefix> underlay = new HashSet<>();

    private record Target(Ipv6Prefix address, int port) {}

    public Paths(NodeNetwork network) {
        this.subnet = Subnet.parse(network.subnet());
        this.own = Ipv6Prefix.parse(network.address());
        for (Environment env : network.environments()) {
            for (Member member : env.members()) {
                envOf.put(Ipv6Prefix.parse(member.address()), env);
            }
        }
        for (RoutedPort port : network.routedPorts()) {
            Target target = new Target(Ipv6Prefix.parse(port.address()), port.port());
            routed.add(target);
            if (port.proxied()) {
                proxied.add(target);
            }
        }
        this.allowances = Set.copyOf(network.allowances());
        network.underlay().stream()
                .filter(address -> address.indexOf(':') >= 0)
                .forEach(address -> underlay.add(Ipv6Prefix.parse(address)));
    }

    /**
     * @param from a /128: an instance's or a host's
     * @param to a /128
     * @param port TCP
     * @return the rule that decides
     */
    public Rule decide(Ipv6Prefix from, Ipv6Prefix to, int port) {
        if (subnet.nodes().contains(from)) {
            return fromHost(from, to, port);
        }
        if (LINK_LOCAL.contains(to)) {
            return Rule.P6;
        }
        if (to.address().equals(subnet.resolver())) {
            return port == 53 ? Rule.P5_NAMES : Rule.P5;
        }
        if (subnet.nodes().contains(to) || subnet.services().contains(to) || underlay.contains(to)) {
            return Rule.P5;
        }
        if (!subnet.prefix().contains(to)) {
            Environment env = envOf.get(from);
            if (env == null || !env.egress()) {
                return Rule.E1_CLOSED;
            }
            return port == 25 ? Rule.E4 : Rule.E1;
        }
        if (proxied.contains(new Target(to, port))) {
            return Rule.P4;
        }
        Environment source = envOf.get(from);
        Environment target = envOf.get(to);
        if (source == null || target == null) {
            return Rule.P2;
        }
        if (source.envId().equals(target.envId())) {
            return source.internal() ? Rule.P1 : Rule.P1_CLOSED;
        }
        return allowances.contains(new Allowance(source.envId(), target.envId(), port)) ? Rule.P8 : Rule.P2;
    }

    private Rule fromHost(Ipv6Prefix from, Ipv6Prefix to, int port) {
        if (from.equals(own) && envOf.containsKey(to)) {
            return Rule.P7;
        }
        return routed.contains(new Target(to, port)) ? Rule.P3 : Rule.P3_UNROUTED;
    }
}
