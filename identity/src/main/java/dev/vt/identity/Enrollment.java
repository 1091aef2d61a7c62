package dev.vt.edge.plane;

import com.google.protobuf.ByteString;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Trades a single-use token and a fresh key's certificate request for an identity. */
public final class EdgeEnrollment {
    private static final long DEADLINE_SECONDS = 30;

    private EdgeEnrollment() {}

    /**
     * Makes a key, enrols, and writes the identity; the key never leaves the data directory.
     *
     * @param authority certificate that the server must show; checked before the token is sent
     * @param addresses public ones, for display
     * @throws EnrollmentException if the server refuses or cannot be reached
     */
    public static EdgeIdentity enroll(
            Path dataDir,
            ServerAddress server,
            Path authority,
            String token,
            String name,
            List<String> addresses,
            String version)
            throws IOException {
        KeyPair key;
        byte[] request;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            key = generator.generateKeyPair();
            request = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=edge"), key.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                    .getEncoded();
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new EnrollmentException("a key could not be made", e);
        }
        EnrollResponse answer = ask(
                server,
                authority,
                EnrollRequest.newBuilder()
                        .setKind("edge")
                        .setToken(token)
                        .setName(name)
                        .setCsrDer(ByteString.copyFrom(request))
                        .setInventoryJson(ByteString.copyFromUtf8("{}"))
                        .setAgentVersion(version)
                        .addAllAddresses(addresses)
                        .build());
        EdgeIdentity identity = new EdgeIdentity(answer.getId(), answer.getClusterId());
        ByteArrayOutputStream authorities = new ByteArrayOutputStream();
        for (ByteString each : answer.getCaDerList()) {
            authorities.writeBytes(pem("CERTIFICATE", each.toByteArray()));
        }
        Files.createDirectories(dataDir);
        identity.save(
                dataDir,
                pem("PRIVATE KEY", key.getPrivate().getEncoded()),
                pem("CERTIFICATE", answer.getCertificateDer().toByteArray()),
                authorities.toByteArray());
        return identity;
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
                            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
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

    private static EnrollResponse ask(ServerAddress server, Path authority, EnrollRequest request) throws IOException {
        ManagedChannel channel = Channels.anonymous(server, authority);
        try {
            return EnrollmentGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .enroll(request);
        } catch (StatusRuntimeException e) {
            String reason = e.getStatus().getDescription();
            throw new EnrollmentException(
                    "the server did not enrol this edge: "
                            + (reason == null ? e.getStatus().getCode().name() : reason),
                    e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static byte[] pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
