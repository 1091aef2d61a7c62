package dev.vt.overlay.filter;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.RoutedPort;
import dev.vt.overlay.address.Subnet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The text of table {@code inet vt_…} (nft(8)) for a node's plan. Pure: equal plans give equal texts. Loading it replaces the table
 * in one transaction, so a kill at any point leaves the old one or the new one.
 */
public final class FilterTable {
    private final FilterScope scope;
    private final NodeNetwork network;
    private final Collection<String> servers;
    private final Subnet subnet;
    private final StringBuilder out = new StringBuilder();

    private FilterTable(FilterScope scope, NodeNetwork network, Collection<String> servers) {
        this.scope = scope;
        this.network = network;
        this.servers = servers;
        this.subnet = Subnet.parse(network.subnet());
    }

    /**
     * @param servers addresses that this node dials its servers at, which instances never reach (P5)
     * @param revision the event that the plan reflects; the table's comment
     */
    public static String text(FilterScope scope, NodeNetwork network, Collection<String> servers, long revision) {
        return new FilterTable(scope, network, servers).build(revision);
    }

    /** What removes it; fine if there is none. */
    public static String removal(FilterScope scope) {
        return "add table inet " + scope.table() + "\ndelete table inet " + scope.table() + "\n";
    }

    private String build(long revision) {
        out.append(removal(scope));
        out.append("table inet ")
                .append(scope.table())
                .append(" {\n\tcomment \"revision ")
                .append(revision)
                .append("\"\n");
        Arrays.stream(Rule.values())
                .filter(Predicate.not(Rule::allows))
                .forEach(rule -> block("counter " + rule.code(), List.of()));
        set("routed", "ipv6_addr . inet_service", ports(port -> true));
        set("proxied", "ipv6_addr . inet_service", ports(RoutedPort::proxied));
        set(
                "underlay",
                "ipv6_addr",
                Stream.concat(network.underlay().stream(), servers.stream())
                        .filter(address -> address.indexOf(':') >= 0)
                        .distinct()
                        .sorted()
                        .toList());
        set(
                "egress_allowed",
                "ipv6_addr",
                network.environments().stream()
                        .filter(Environment::egress)
                        .flatMap(env -> addresses(env).stream())
                        .toList());
        block("set flows", List.of("type ipv6_addr", "size 65535", "flags dynamic"));
        block("set starts", List.of("type ipv6_addr", "size 65535", "flags dynamic,timeout", "timeout 10s"));
        for (Environment env : network.environments()) {
            set("members_" + env.envId(), "ipv6_addr", addresses(env));
        }
        for (Environment env : network.environments()) {
            block("chain to_" + env.envId(), envRules(env, "saddr", true));
            block("chain from_" + env.envId(), envRules(env, "daddr", false));
        }
        verdicts("to");
        verdicts("from");
        block("chain from_host", List.of("ip6 daddr . tcp dport @routed accept", drop(Rule.P3_UNROUTED)));
        block(
                "chain egress",
                List.of(
                        "ip6 saddr != @egress_allowed " + drop(Rule.E1_CLOSED),
                        "tcp dport 25 " + drop(Rule.E4),
                        "accept"));
        block("chain forward", forward());
        block("chain instance_input", instanceInput());
        block("chain input", input());
        block("chain segment_size", segmentSize());
        block("chain outside", outside());
        return out.append("}\n").toString();
    }

    /** P1, P2, P8, seen from one end; {@code peer} is the other end's address. */
    private List<String> envRules(Environment env, String peer, boolean inbound) {
        List<String> rules = new ArrayList<>();
        String members = "ip6 " + peer + " @members_" + env.envId();
        rules.add(members + " " + (env.internal() ? "accept" : drop(Rule.P1_CLOSED)));
        for (Allowance allowance : network.allowances()) {
            String here = inbound ? allowance.toEnvId() : allowance.fromEnvId();
            String there = inbound ? allowance.fromEnvId() : allowance.toEnvId();
            if (here.equals(env.envId())) {
                rules.add("ip6 " + peer + " @members_" + there + " tcp dport " + allowance.port() + " accept");
            }
        }
        rules.add(drop(Rule.P2));
        return rules;
    }

    private List<String> forward() {
        String tap = "iifgroup " + scope.group();
        return List.of(
                "type filter hook forward priority filter; policy accept;",
                "icmpv6 type packet-too-big accept",
                "ct state established,related accept",
                "ip6 saddr " + subnet.nodes() + " ip6 daddr " + subnet.prefix() + " goto from_host",
                "ip6 daddr . tcp dport @proxied " + drop(Rule.P4),
                tap + " ct state new update @starts { ip6 saddr limit rate over "
                        + network.settings().newFlowsPerSecond() + "/second burst "
                        + network.settings().newFlowsPerSecond() + " packets } " + drop(Rule.E4_RATE),
                tap + " ct state new add @flows { ip6 saddr ct count over "
                        + network.settings().flowsPerInstance() + " } " + drop(Rule.E4_FLOWS),
                tap + " ip6 daddr { " + subnet.nodes() + ", " + subnet.services() + " } " + drop(Rule.P5),
                tap + " ip6 daddr @underlay " + drop(Rule.P5),
                tap + " ip6 daddr != " + subnet.prefix() + " goto egress",
                tap + " ip6 saddr vmap @from",
                "oifgroup " + scope.group() + " ip6 daddr vmap @to",
                "ip6 saddr " + subnet.prefix() + " " + drop(Rule.P2),
                "ip6 daddr " + subnet.prefix() + " " + drop(Rule.P2));
    }

    /** An instance finds its gateway and asks for names; nothing else of this host is there for it. */
    private List<String> instanceInput() {
        String resolver = "ip6 daddr " + subnet.resolver() + " ";
        return List.of(
                "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
                resolver + "udp dport 53 accept",
                resolver + "tcp dport 53 accept",
                "ip6 daddr fe80::/10 " + drop(Rule.P6),
                drop(Rule.P5));
    }

    private List<String> input() {
        return List.of(
                "type filter hook input priority filter; policy accept;",
                "icmpv6 type packet-too-big accept",
                "ct state established,related accept",
                "iifgroup " + scope.group() + " goto instance_input",
                "ip6 saddr " + subnet.prefix() + " ip6 saddr != " + subnet.nodes() + " iifname != \"lo\" "
                        + drop(Rule.P5));
    }

    /** O14. */
    private List<String> segmentSize() {
        String clamp = " tcp flags syn / syn,rst tcp option maxseg size set rt mtu";
        return List.of(
                "type filter hook forward priority mangle; policy accept;",
                "ip6 saddr " + subnet.prefix() + clamp,
                "ip6 daddr " + subnet.prefix() + clamp);
    }

    /** E2: a local address is not known outside. */
    private List<String> outside() {
        List<String> rules = new ArrayList<>(List.of("type nat hook postrouting priority srcnat; policy accept;"));
        if (subnet.isLocal()) {
            rules.add("ip6 saddr " + network.block() + " ip6 daddr != " + subnet.prefix() + " oifgroup != "
                    + scope.group() + " masquerade");
        }
        return rules;
    }

    private List<String> ports(Predicate<RoutedPort> which) {
        return network.routedPorts().stream()
                .filter(which)
                .map(port -> port.address() + " . " + port.port())
                .distinct()
                .toList();
    }

    private static List<String> addresses(Environment env) {
        return env.members().stream().map(NodeNetwork.Member::address).toList();
    }

    private void verdicts(String direction) {
        List<String> elements = network.environments().stream()
                .flatMap(env -> env.members().stream()
                        .map(member -> member.address() + " : goto " + direction + "_" + env.envId()))
                .toList();
        collection("map " + direction, "ipv6_addr : verdict", elements);
    }

    private void set(String name, String type, Collection<String> elements) {
        collection("set " + name, type, elements);
    }

    private void collection(String title, String type, Collection<String> elements) {
        List<String> lines = new ArrayList<>(List.of("type " + type));
        if (!elements.isEmpty()) {
            lines.add("elements = { " + String.join(", ", elements) + " }");
        }
        block(title, lines);
    }

    private void block(String title, List<String> lines) {
        out.append('\t').append(title).append(" {\n");
        lines.forEach(line -> out.append("\t\t").append(line).append('\n'));
        out.append("\t}\n");
    }

    private static String drop(Rule rule) {
        return "counter name " + rule.code() + " drop";
    }
}
