package dev.vt.agent.link;

import com.google.protobuf.ByteString;
import dev.vt.agent.state.StateFiles;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.identity.Enrollment;
import dev.vt.identity.EnrollmentException;
import dev.vt.identity.ServerAddress;
import dev.vt.overlay.wireguard.KeyPair;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Trades a single-use token for this node's identity. Private keys are made here and never leave. */
public final class NodeEnrollment {
    private NodeEnrollment() {}

    /**
     * @param token {@code vt_enr_…}
     * @param inventory what the node has, as JSON
     * @param addresses on the underlay, by which its peers reach it; empty: the one that the server is reached from
     * @throws EnrollmentException if the server refuses or cannot be reached
     */
    public static NodeIdentity enroll(
            Path dataDir,
            ServerAddress server,
            Path authority,
            String token,
            String name,
            byte[] inventory,
            String agentVersion,
            List<String> addresses,
            Map<String, String> labels)
            throws IOException {
        StateFiles.makeDirectory(dataDir);
        KeyPair overlayKey = KeyPair.generate();
        StateFiles.write(NodeIdentity.overlayKeyFile(dataDir), overlayKey.fileContent());
        Enrollment.Enrolled enrolled = Enrollment.enroll(
                server,
                authority,
                EnrollRequest.newBuilder()
                        .setKind("node")
                        .setToken(token)
                        .setName(name)
                        .setInventoryJson(ByteString.copyFrom(inventory))
                        .setAgentVersion(agentVersion)
                        .setWireguardPublicKey(overlayKey.publicKey().toString())
                        .addAllAddresses(addresses.isEmpty() ? addressTowards(server) : addresses)
                        .putAllLabels(labels));
        EnrollResponse answer = enrolled.answer();
        NodeIdentity identity = new NodeIdentity(
                answer.getId(), answer.getClusterId(), answer.getOverlayIpv6(), answer.getAddressBlock());
        identity.save(dataDir, enrolled.key(), enrolled.certificate(), enrolled.authorities());
        return identity;
    }

    /** What the kernel would send from; none if that is the loopback's, which no peer reaches. Nothing is sent. */
    private static List<String> addressTowards(ServerAddress server) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(server.host(), server.port()));
            InetAddress own = socket.getLocalAddress();
            return own.isLoopbackAddress() || own.isLinkLocalAddress() || own.isAnyLocalAddress()
                    ? List.of()
                    : List.of(own.getHostAddress());
        }
    }
}
