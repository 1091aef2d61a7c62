package dev.vt.overlay.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Member;
import dev.vt.api.node.NodeNetwork.RoutedPort;
import dev.vt.overlay.Networks;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.runtime.host.NetworkNamespace;
import dev.vt.testkit.host.TestHosts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * P1 to P8, P12, E4 (network.md §10.9): for random environments, routes and policies, what {@link Paths} says is what happens to
 * real packets. Host 1 is the node with four guests; host 2 is an edge's host, and the outside.
 */
@Tag("slow")
class FilterPacketsTest {
    private static final int TABLES = 6;
    private static final FilterScope SCOPE = FilterScope.of("node_01k9zj3v8q7h2m4n5p6r7s8t9v");
    private static final String NODE = "fd00::1";
    private static final String EDGE = "fd00::2";
    private static final String RESOLVER = "fd00:0:0:0:1::53";
    private static final String OUTSIDE = "2001:db8::1";
    private static final List<Integer> PORTS = List.of(80, 81);

    /** By guest. */
    private static final Map<String, String> GUESTS = new LinkedHashMap<>(Map.of(
            "g1",
            "fd00:0:0:0:101::1",
            "g2",
            "fd00:0:0:0:101::2",
            "g3",
            "fd00:0:0:0:101::3",
            "g4",
            "fd00:0:0:0:101::4"));

    @Test
    void whatIsSaidOfAPathIsWhatHappens() throws Exception {
        long seed = new Random().nextLong();
        try (TestHosts hosts = new TestHosts("vto-pf", 2);
                TcpProbe probe = new TcpProbe();
                ExecutorService probes = Executors.newVirtualThreadPerTaskExecutor()) {
            wire(hosts, probe);
            PacketFilter filter = new PacketFilter(new NetworkNamespace(hosts.host(1)), SCOPE, List.of());
            Random random = new Random(seed);
            int allowed = 0;
            int dropped = 0;
            for (int table = 0; table < TABLES; table++) {
                NodeNetwork network = network(random, hosts);
                filter.apply(network, table + 1);
                Paths paths = new Paths(network);
                Map<String, Set<String>> expected = new TreeMap<>();
                Map<String, Future<Set<String>>> seen = new TreeMap<>();
                for (Map.Entry<String, List<String>> source : sources(hosts).entrySet()) {
                    List<String> targets = targets(hosts, source.getKey());
                    expected.put(source.getKey(), expected(paths, source.getKey(), targets));
                    allowed += expected.get(source.getKey()).size();
                    dropped += targets.size() - expected.get(source.getKey()).size();
                    seen.put(source.getKey(), probes.submit(() -> TcpProbe.connect(source.getValue(), "0.9", targets)));
                }
                for (Map.Entry<String, Future<Set<String>>> each : seen.entrySet()) {
                    assertThat(each.getValue().get(30, TimeUnit.SECONDS))
                            .as("seed %d, table %d, from %s%n%s", seed, table, each.getKey(), network)
                            .isEqualTo(expected.get(each.getKey()));
                }
                assertThat(filter.isInForce()).isTrue();
                assertThat(filter.drops()).containsKeys("p2", "p4", "p5");
            }
            hosts.run(1, "nft", "flush", "ruleset");
            assertThat(filter.isInForce()).isFalse();
            assertThat(allowed).as("both happen").isGreaterThan(TABLES);
            assertThat(dropped).isGreaterThan(TABLES);
        }
    }

    private static void wire(TestHosts hosts, TcpProbe probe) throws Exception {
        hosts.run(1, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
        hosts.run(1, "ip", "-6", "addr", "add", NODE + "/128", "dev", "lo", "nodad");
        hosts.run(1, "ip", "-6", "addr", "add", RESOLVER + "/128", "dev", "lo", "nodad");
        hosts.run(1, "ip", "-6", "route", "add", EDGE + "/128", "via", hosts.address(2));
        hosts.run(1, "ip", "-6", "route", "add", "default", "via", hosts.address(2));
        hosts.run(2, "ip", "-6", "addr", "add", EDGE + "/128", "dev", "lo", "nodad");
        hosts.run(2, "ip", "-6", "addr", "add", OUTSIDE + "/128", "dev", "lo", "nodad");
        hosts.run(2, "ip", "-6", "route", "add", "fd00::/64", "via", hosts.address(1), "src", EDGE);
        probe.listen(hosts.command(1), 53, 80, 81);
        probe.listen(hosts.command(2), 25, 80);
        for (Map.Entry<String, String> guest : GUESTS.entrySet()) {
            hosts.addGuest(1, guest.getKey(), guest.getValue(), SCOPE.group());
            probe.listen(hosts.guestCommand(guest.getKey()), PORTS.toArray(Integer[]::new));
        }
    }

    /** By address: what to execute so that the rest runs there. */
    private static Map<String, List<String>> sources(TestHosts hosts) {
        Map<String, List<String>> out = new LinkedHashMap<>();
        GUESTS.forEach((guest, address) -> out.put(address, hosts.guestCommand(guest)));
        out.put(NODE, hosts.command(1));
        out.put(EDGE, hosts.command(2));
        return out;
    }

    private static List<String> targets(TestHosts hosts, String source) {
        List<String> out = new ArrayList<>();
        for (String guest : GUESTS.values()) {
            if (!guest.equals(source)) {
                PORTS.forEach(port -> out.add(guest + "|" + port));
            }
        }
        if (GUESTS.containsValue(source)) {
            out.add(NODE + "|80");
            out.add(EDGE + "|80");
            out.add(RESOLVER + "|53");
            out.add(RESOLVER + "|80");
            out.add(hosts.address(2) + "|80");
            out.add(OUTSIDE + "|80");
            out.add(OUTSIDE + "|25");
        }
        return out;
    }

    private static Set<String> expected(Paths paths, String source, List<String> targets) {
        Set<String> out = new TreeSet<>();
        for (String target : targets) {
            int bar = target.indexOf('|');
            Rule rule = paths.decide(
                    Ipv6Prefix.parse(source),
                    Ipv6Prefix.parse(target.substring(0, bar)),
                    Integer.parseInt(target.substring(bar + 1)));
            if (rule.allows()) {
                out.add(target);
            }
        }
        return out;
    }

    private static NodeNetwork network(Random random, TestHosts hosts) {
        List<List<Member>> members = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<RoutedPort> routed = new ArrayList<>();
        for (Map.Entry<String, String> guest : GUESTS.entrySet()) {
            members.get(random.nextInt(3)).add(new Member(guest.getKey(), "web", guest.getValue(), true, PORTS));
            for (int port : PORTS) {
                if (random.nextInt(3) == 0) {
                    routed.add(new RoutedPort(guest.getValue(), port, random.nextBoolean()));
                }
            }
        }
        List<Environment> envs = new ArrayList<>();
        List<Allowance> allowances = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            envs.add(new Environment(
                    "env_" + i, "e" + i + ".app.org", random.nextInt(4) > 0, random.nextInt(4) > 0, members.get(i)));
            for (int j = 0; j < 3; j++) {
                if (i != j && random.nextInt(3) == 0) {
                    allowances.add(new Allowance("env_" + i, "env_" + j, PORTS.get(random.nextInt(2))));
                }
            }
        }
        return Networks.of(List.of(), envs, routed, allowances, List.of(hosts.address(1), hosts.address(2)));
    }
}
