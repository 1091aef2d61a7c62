package dev.vt.control.network;

import static dev.vt.control.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestNode;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** O3, O9, O13, P10, P12: from what people do to the networks that nodes are told. */
class NodeNetworksTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    private static final AtomicInteger NAMES = new AtomicInteger();

    @Test
    void aJoiningNodeBecomesEverybodysPeerAndARevokedOneNobodys() {
        try (TestNode one = node(1)) {
            await("a plan", () -> network(one).isPresent());
            assertThat(network(one).orElseThrow().peers()).isEmpty();
            try (TestNode two = node(2)) {
                await(
                        "peers",
                        () -> peers(one).equals(List.of(two.id())) && peers(two).equals(List.of(one.id())));
                NodeNetwork.Peer peer = network(one).orElseThrow().peers().getFirst();
                assertThat(peer.endpoints()).containsExactly("[2001:db8::1]:51820");
                assertThat(peer.publicKey()).isEqualTo(key(2));

                server.operator().post("/v1/nodes/" + two.id() + "/revoke", Json.object());

                await("no peers", () -> peers(one).isEmpty());
            }
        }
    }

    @Test
    void anInstanceIsInTheNetworkOfItsNodeAndAPathIsExplained() {
        try (TestNode node = node(3)) {
            Shop shop = Shop.on(server);
            Shop other = shop.another("other");
            shop.deployed("one", Shop.MANIFEST);
            other.deployed("two", Shop.MANIFEST.replace("shop.example.com", "other.example.com"));
            await("both are ready in the plan", () -> ready(node) == 2);

            NodeNetwork network = network(node).orElseThrow();
            assertThat(network.environments())
                    .extracting(NodeNetwork.Environment::label)
                    .allMatch(label -> label.matches("prod\\.(shop|other)\\..+"));
            assertThat(network.routedPorts()).hasSize(2).allMatch(port -> port.port() == 8443 && !port.proxied());
            assertThat(network.underlay()).contains("2001:db8::1");
            String mine = instance(network, shop.envId());
            String theirs = instance(network, other.envId());

            assertThat(explain(shop, "edge", mine, 8443)).isEqualTo("true p3");
            assertThat(explain(shop, "edge", mine, 22)).isEqualTo("false p3_unrouted");
            assertThat(explain(shop, mine, theirs, 8443)).isEqualTo("false p2");
            assertThat(explain(shop, mine, "2001:db8::1", 8440)).isEqualTo("false p5");
            assertThat(explain(shop, mine, "2001:db8:ffff::1", 443)).isEqualTo("true e1");
            assertThat(explain(shop, mine, "2001:db8:ffff::1", 25)).isEqualTo("false e4");
            assertThat(server.operator()
                            .get(shop.org() + "/explain-path?from=" + mine + "&to=nonsense:&port=1")
                            .status())
                    .isEqualTo(400);
            assertThat(server.operator()
                            .get(shop.org() + "/explain-path?from=inst_none&to=" + mine + "&port=1")
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void theMatrixShowsWhatNodesSaidLast_O10() {
        try (TestNode one = node(4);
                TestNode two = node(5)) {
            await("connected", () -> network(one).isPresent() && network(two).isPresent());

            JsonNode rows = server.operator().get("/v1/overlay/matrix").json().path("nodes");

            assertThat(rows).hasSize(2);
            assertThat(rows.findValuesAsText("node_id")).contains(one.id(), two.id());
            assertThat(rows.get(0).path("device").isNull()).isTrue();
        }
    }

    private TestNode node(int number) {
        String name = "node-" + NAMES.incrementAndGet();
        try (TestMember stranger = TestMember.stranger(server)) {
            return TestNode.of(stranger.as(stranger.enroll(
                    TestMember.request("node", TestMember.token(server, "node"), name, stranger.pair()).toBuilder()
                            .setWireguardPublicKey(key(number))
                            .build())));
        }
    }

    private static String key(int number) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) number;
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static Optional<NodeNetwork> network(TestNode node) {
        NodePlan plan = node.plan();
        return plan == null ? Optional.empty() : Optional.ofNullable(plan.network());
    }

    private static List<String> peers(TestNode node) {
        return network(node).stream()
                .flatMap(network -> network.peers().stream())
                .map(NodeNetwork.Peer::nodeId)
                .toList();
    }

    private static long ready(TestNode node) {
        return network(node).stream()
                .flatMap(network -> network.environments().stream())
                .flatMap(env -> env.members().stream())
                .filter(NodeNetwork.Member::ready)
                .count();
    }

    private static String instance(NodeNetwork network, String envId) {
        return Objects.requireNonNull(network.environments().stream()
                        .filter(env -> env.envId().equals(envId))
                        .findFirst()
                        .orElse(null))
                .members()
                .getFirst()
                .instanceId();
    }

    private String explain(Shop shop, String from, String to, int port) {
        TestReply reply =
                server.operator().get(shop.org() + "/explain-path?from=" + from + "&to=" + to + "&port=" + port);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return reply.json().path("allowed").asText() + " "
                + reply.json().path("rule").asText();
    }
}
