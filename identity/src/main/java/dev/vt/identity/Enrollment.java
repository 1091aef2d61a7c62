package dev.vt.identity;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.RenewRequest;
import dev.vt.api.proto.RenewResponse;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Asks servers for certificates: the first with a single-use token, the next with the old one. */
public final class Enrollment {
    private static final long DEADLINE_SECONDS = 30;

    private Enrollment() {}

    /**
     * What is to be saved, each file as PEM.
     *
     * @param answer with the ids
     */
    public record Enrolled(EnrollResponse answer, byte[] key, byte[] certificate, byte[] authorities) {
        @Override
        public String toString() {
            return "Enrolled[" + answer.getId() + "]";
        }
    }

    /**
     * Makes a key, which never leaves this machine, and trades the token for its certificate.
     *
     * @param authority certificate that the server must show; checked before the token is sent
     * @param request all but the certificate request
     * @throws EnrollmentException if the server refuses or cannot be reached
     */
    public static Enrolled enroll(ServerAddress server, Path authority, EnrollRequest.Builder request)
            throws IOException {
        KeyPair pair;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            pair = generator.generateKeyPair();
            request.setCsrDer(ByteString.copyFrom(
                    new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=member"), pair.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                            .getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new EnrollmentException("a key could not be made", e);
        }
        EnrollResponse answer = ask(server, authority, request.build());
        ByteArrayOutputStream authorities = new ByteArrayOutputStream();
        for (ByteString each : answer.getCaDerList()) {
            authorities.writeBytes(pem("CERTIFICATE", each.toByteArray()));
        }
        return new Enrolled(
                answer,
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                pem("CERTIFICATE", answer.getCertificateDer().toByteArray()),
                authorities.size() == 0 ? Files.readAllBytes(authority) : authorities.toByteArray());
    }

    private static EnrollResponse ask(ServerAddress server, Path authority, EnrollRequest request) throws IOException {
        ManagedChannel channel = ServerChannels.anonymous(server, authority);
        try {
            return EnrollmentGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .enroll(request);
        } catch (StatusRuntimeException e) {
            String reason = e.getStatus().getDescription();
            throw new EnrollmentException(
                    "the server did not enrol this " + request.getKind() + ": "
                            + (reason == null ? e.getStatus().getCode().name() : reason),
                    e);
        } finally {
            channel.shutdownNow();
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
                ManagedChannel channel = ServerChannels.anonymous(server, authority);
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

    private static byte[] pem(String label, byte[] der) {
        return MemberFiles.text(label, der).getBytes(StandardCharsets.US_ASCII);
    }
}
