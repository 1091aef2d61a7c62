package dev.vt.overlay.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.node.NodeNetwork;
import dev.vt.overlay.Networks;
import dev.vt.overlay.wireguard.KeyPair;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** O4, O8, O10: the pure parts. */
class MeshTest {
    private static final PeerHealth.Limits LIMITS = new PeerHealth.Limits(3, 6);
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final List<InetSocketAddress> CANDIDATES =
            List.of(new InetSocketAddress("fd99::1", 51820), new InetSocketAddress("192.0.2.1", 51820));

    @Test
    void aCandidateIsTriedForThirtySecondsThenTheNext() {
        EndpointChoice choice = EndpointChoice.first(NOW);

        choice = choice.look(CANDIDATES, Optional.empty(), NOW.plusSeconds(29));
        assertThat(choice.endpoint(CANDIDATES, Optional.empty(), Optional.empty(), NOW))
                .contains(CANDIDATES.get(0));
        choice = choice.look(CANDIDATES, Optional.empty(), NOW.plusSeconds(30));
        assertThat(choice.endpoint(CANDIDATES, Optional.of(CANDIDATES.get(0)), Optional.empty(), NOW))
                .contains(CANDIDATES.get(1));
        choice = choice.look(CANDIDATES, Optional.empty(), NOW.plusSeconds(60));
        assertThat(choice.index()).isZero();
    }

    @Test
    void aLearnedEndpointIsKeptWhileHandshakesAreFresh() {
        Optional<InetSocketAddress> learned = Optional.of(new InetSocketAddress("fd99::77", 4711));
        Optional<Instant> handshake = Optional.of(NOW.minusSeconds(100));
        EndpointChoice choice = EndpointChoice.first(NOW.minusSeconds(600)).look(CANDIDATES, handshake, NOW);

        assertThat(choice.endpoint(CANDIDATES, learned, handshake, NOW)).isEmpty();

        Instant later = NOW.plus(EndpointChoice.FRESH).plus(EndpointChoice.PATIENCE);
        choice = choice.look(CANDIDATES, handshake, later);
        assertThat(choice.endpoint(CANDIDATES, learned, handshake, later)).contains(CANDIDATES.get(1));
    }

    @Test
    void healthFallsWithMissesAndAnOldHandshake() {
        PeerHealth health = PeerHealth.NEW;
        assertThat(health.state(LIMITS, Optional.empty(), NOW)).isEqualTo(PeerHealth.State.UNKNOWN);
        health = health.answered(Duration.ofMillis(3));
        assertThat(health.state(LIMITS, Optional.of(NOW), NOW)).isEqualTo(PeerHealth.State.UP);
        for (int misses = 1; misses <= 6; misses++) {
            health = health.missed();
            assertThat(health.state(LIMITS, Optional.of(NOW), NOW))
                    .isEqualTo(
                            misses < 3
                                    ? PeerHealth.State.UP
                                    : misses < 6 ? PeerHealth.State.DEGRADED : PeerHealth.State.DOWN);
        }
        assertThat(health.answered(Duration.ofMillis(1)).state(LIMITS, Optional.of(NOW), NOW))
                .isEqualTo(PeerHealth.State.UP);
        assertThat(health.answered(Duration.ofMillis(1)).state(LIMITS, Optional.of(NOW.minusSeconds(181)), NOW))
                .isEqualTo(PeerHealth.State.DOWN);
    }

    @Property
    void anEchoReadsBack(@ForAll EchoPacket.Kind kind, @ForAll long sequence, @ForAll long nanos, @ForAll long cursor) {
        EchoPacket packet = new EchoPacket(kind, sequence, nanos, cursor);

        assertThat(EchoPacket.parse(ByteBuffer.wrap(packet.bytes()))).contains(packet);
    }

    @Property
    void anythingElseIsNoEcho(@ForAll byte[] bytes) {
        // A random datagram has the magic number once in four thousand million.
        assertThat(EchoPacket.parse(ByteBuffer.wrap(bytes))).isEmpty();
    }

    @Test
    void aPlanWithAForeignOrDoubledPrefixIsRefusedWhole() {
        assertThat(MeshRules.refusal(network("fd00::2/128", "fd00:0:0:0:102::/80")))
                .isEmpty();
        assertThat(MeshRules.refusal(network("fd00::2/128", "::/0")))
                .hasValueSatisfying(reason -> assertThat(reason).contains("outside"));
        assertThat(MeshRules.refusal(network("fd00::2/128", "fd01::/64"))).isPresent();
        assertThat(MeshRules.refusal(network("fd00::2/128", "fd00::2/128"))).isPresent();
        assertThat(MeshRules.refusal(network("fd00::1/128")))
                .as("its own address")
                .isPresent();
        assertThat(MeshRules.refusal(network("fd00::/63"))).isPresent();
        assertThat(MeshRules.refusal(network("nonsense"))).isPresent();
    }

    private static NodeNetwork network(String... allowed) {
        return Networks.of(
                List.of(new NodeNetwork.Peer(
                        "node_b",
                        "fd00::2",
                        KeyPair.generate().publicKey().toString(),
                        1,
                        List.of("[fd99::2]:51820"),
                        List.of(allowed),
                        0)),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }
}
