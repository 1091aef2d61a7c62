package dev.vt.control.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.node.NodeNetwork;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.network.NetworkFacts.Env;
import dev.vt.control.network.NetworkFacts.Host;
import dev.vt.control.network.NetworkFacts.Placed;
import dev.vt.control.network.NetworkFacts.Target;
import dev.vt.overlay.mesh.MeshRules;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** O3, O4, O8, O13, P3, P4. */
class NetworkPlannerTest {
    private static final List<String> KEYS = List.of(
            "BFsZ7AGbzW3MoUk7E5fqK9Pjo+d+FZoEa5tB8whGvS4=",
            "2KocAokWJatDuIW+Soy2BtNdA0WS2ECJ0LdfsDauSmE=",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

    @Test
    void eachNodeHasTheOthersAsPeersWithTheirBlocks() {
        NodeNetwork network = plan(facts(List.of(node(1, true), node(2, true), node(3, true))));

        assertThat(network.subnet()).isEqualTo("fd00:1:2::/64");
        assertThat(network.peers()).extracting(NodeNetwork.Peer::nodeId).containsExactly("node_2", "node_3");
        assertThat(network.peers().getFirst().allowed()).containsExactly("fd00:1:2::2/128", "fd00:1:2:0:102::/80");
        assertThat(network.peers().getFirst().endpoints())
                .as("IPv6 first (O8)")
                .containsExactly("[fd99::2]:51820", "192.0.2.2:51820");
        assertThat(MeshRules.refusal(network)).isEmpty();
    }

    @Test
    void aNodeThatIsNotInTheMeshIsNobodysPeerAndHasNone_O13() {
        assertThat(plan(facts(List.of(node(1, true), node(2, false), node(3, true))))
                        .peers())
                .extracting(NodeNetwork.Peer::nodeId)
                .containsExactly("node_3");
        assertThat(plan(facts(List.of(node(1, false), node(2, true)))).peers()).isEmpty();
    }

    @Test
    void aNodeWithoutAKeyHasNoPartInTheMesh() {
        Host keyless = new Host("node_2", "fd00:1:2::2", "fd00:1:2:0:102::/80", true, null, List.of("fd99::2"), false);

        assertThat(plan(facts(List.of(node(1, true), keyless))).peers()).isEmpty();
    }

    @Test
    void behindATranslatorItKeepsItsWayOpen_O8() {
        Host nat = new Host(
                "node_1", "fd00:1:2::1", "fd00:1:2:0:101::/80", true, KEYS.getFirst(), List.of("192.0.2.1"), true);

        assertThat(plan(facts(List.of(nat, node(2, true)))).peers().getFirst().keepaliveS())
                .isEqualTo(25);
    }

    @Test
    void oneRouteThatInjectsTheHeaderMakesThePortOnlyForEdges_P4() {
        NetworkFacts facts = new NetworkFacts(
                "fd00:1:2::/48",
                List.of(node(1, true)),
                List.of(new Env("env_a", "prod.shop.acme")),
                List.of(
                        new Placed("inst_1", "env_a", "web", "fd00:1:2:0:101::1", true, List.of(8443, 8080)),
                        new Placed("inst_2", "env_a", "jobs", "fd00:1:2:0:101::2", false, List.of())),
                List.of(
                        new Target("env_a", "web", 8443, true),
                        new Target("env_a", "web", 8443, false),
                        new Target("env_a", "web", 8080, false)),
                List.of("fd99::2", "fd99::1", "fd99::2"));

        NodeNetwork network = plan(facts);

        assertThat(network.routedPorts())
                .containsExactly(
                        new NodeNetwork.RoutedPort("fd00:1:2:0:101::1", 8080, false),
                        new NodeNetwork.RoutedPort("fd00:1:2:0:101::1", 8443, true));
        assertThat(network.environments()).singleElement().satisfies(env -> {
            assertThat(env.members()).hasSize(2);
            assertThat(env.members().getFirst().ports()).containsExactly(8080, 8443);
            assertThat(env.internal()).isTrue();
            assertThat(env.egress()).isTrue();
        });
        assertThat(network.underlay()).containsExactly("fd99::1", "fd99::2");
    }

    @Test
    void fiftyNodesAreNoPrefixTwice_O15() {
        List<Host> nodes = IntStream.rangeClosed(1, 50)
                .mapToObj(n -> new Host(
                        "node_" + n,
                        "fd00:1:2::" + Integer.toHexString(n),
                        "fd00:1:2:0:" + Integer.toHexString(0x100 + n) + "::/80",
                        true,
                        key(n),
                        List.of("fd99::" + Integer.toHexString(n)),
                        false))
                .toList();

        NodeNetwork network = plan(facts(nodes));

        assertThat(network.peers()).hasSize(49);
        assertThat(MeshRules.refusal(network)).isEmpty();
    }

    private static String key(int n) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) n;
        return java.util.Base64.getEncoder().encodeToString(bytes);
    }

    private static NodeNetwork plan(NetworkFacts facts) {
        return NetworkPlanner.plan("node_1", facts, ClusterConfig.DEFAULT.network())
                .orElseThrow();
    }

    private static NetworkFacts facts(List<Host> nodes) {
        return new NetworkFacts("fd00:1:2::/48", nodes, List.of(), List.of(), List.of(), List.of());
    }

    private static Host node(int n, boolean inMesh) {
        @Nullable String key = KEYS.get(n - 1);
        return new Host(
                "node_" + n,
                "fd00:1:2::" + n,
                "fd00:1:2:0:10" + n + "::/80",
                inMesh,
                key,
                List.of("192.0.2." + n, "fd99::" + n),
                false);
    }
}
