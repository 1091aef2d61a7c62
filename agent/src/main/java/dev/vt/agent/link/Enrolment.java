package dev.vt.agent.link;

import com.google.protobuf.ByteString;
import dev.vt.agent.state.StateFiles;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.RenewRequest;
import dev.vt.api.proto.RenewResponse;
import dev.vt.identity.RenewalException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Trades a single-use token for this node's identity. The private key is made here and never leaves. */
public final class Enrolment {
    private Enrolment() {}

    /** Enrolment was not possible, or the server refused it. */
    public static final class EnrolmentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EnrolmentException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * @param token {@code vt_enr_…}
     * @param inventory what the node has, as JSON
     * @param addresses on the underlay, by which its peers reach it; empty: the one that the server is reached from
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
            Map<String, String> labels) {
        try {
            StateFiles.makeDirectory(dataDir);
            KeyPair pair = newKeyPair();
            dev.vt.overlay.wireguard.KeyPair overlayKey = dev.vt.overlay.wireguard.KeyPair.generate();
            StateFiles.write(NodeIdentity.overlayKeyFile(dataDir), overlayKey.fileContent());
            byte[] request = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + "node"), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded();
            ManagedChannel channel = Channels.anonymous(server, authority);
            try {
                EnrollResponse response = EnrollmentGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .enroll(EnrollRequest.newBuilder()
                                .setKind("node")
                                .setToken(token)
                                .setName(name)
                                .setCsrDer(ByteString.copyFrom(request))
                                .setInventoryJson(ByteString.copyFrom(inventory))
                                .setAgentVersion(agentVersion)
                                .setWireguardPublicKey(overlayKey.publicKey().toString())
                                .addAllAddresses(addresses.isEmpty() ? addressTowards(server) : addresses)
                                .putAllLabels(labels)
                                .build());
                return save(dataDir, authority, pair, response);
            } finally {
                channel.shutdownNow();
            }
        } catch (StatusRuntimeException e) {
            throw new EnrolmentException("the server refused: " + e.getStatus().getDescription(), e);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new EnrolmentException("enrolment failed", e);
        }
    }

    /**
     * Asks each server in turn for the next certificate.
     *
     * @throws RenewalException with what the last one said
     */
    public static RenewResponse renew(List<ServerAddress> servers, Path authority, RenewRequest request)
            throws RenewalException {
        String reason = "there is no server";
        for (ServerAddress server : servers) {
            try {
                ManagedChannel channel = Channels.anonymous(server, authority);
                try {
                    return EnrollmentGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .renew(request);
                } finally {
                    channel.shutdownNow();
                }
            } catch (StatusRuntimeException e) {
                reason = server + ": " + e.getStatus().getCode() + " "
                        + e.getStatus().getDescription();
            } catch (IOException e) {
                throw new RenewalException("the authority cannot be read", e);
            }
        }
        throw new RenewalException(reason, null);
    }

    private static NodeIdentity save(Path dataDir, Path authority, KeyPair pair, EnrollResponse response)
            throws IOException {
        NodeIdentity identity = new NodeIdentity(
                response.getId(), response.getClusterId(), response.getOverlayIpv6(), response.getAddressBlock());
        List<ByteString> authorities = response.getCaDerList();
        ByteArrayOutputStream chain = new ByteArrayOutputStream();
        for (ByteString der : authorities) {
            chain.writeBytes(NodeIdentity.pem("CERTIFICATE", der.toByteArray()));
        }
        identity.save(
                dataDir,
                NodeIdentity.pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                NodeIdentity.pem("CERTIFICATE", response.getCertificateDer().toByteArray()),
                authorities.isEmpty() ? Files.readAllBytes(authority) : chain.toByteArray());
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

    private static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
