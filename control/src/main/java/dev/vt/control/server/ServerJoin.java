package dev.vt.control.server;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.cluster.ServerAddresses;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code vt server join} (V1): trades a single-use token for this server's id and certificate, and leaves in the data directory
 * what {@code vt server run} needs to become an observer. The private key is made here and never leaves. Done once; again, it
 * says so.
 */
public final class ServerJoin {
    private static final Logger log = LoggerFactory.getLogger(ServerJoin.class);

    private ServerJoin() {}

    /**
     * @throws JoinException if the other server refuses or cannot be reached, or the directory is another server's
     */
    public static void join(DataDir dataDir, ServerConfig.Join join, ServerAddresses addresses, String version) {
        if (ServerIdentity.load(dataDir.root()).isPresent()) {
            log.info("this server has joined already data_dir={}", dataDir.root());
            return;
        }
        if (Files.exists(dataDir.root().resolve("server-id"))) {
            throw new JoinException("the data directory belongs to a server already: already_bootstrapped", null);
        }
        try {
            dataDir.takeMasterKey(join.masterKey());
            KeyPair pair = newKeyPair();
            EnrollResponse answer = enroll(join, addresses, version, request(pair));
            X509Certificate certificate = certificate(answer.getCertificateDer());
            X509Certificate authority = certificate(answer.getCaDer(0));
            new RaftFile(Optional.of(URI.create("grpc://" + join.server()))).save(dataDir.root());
            dataDir.setServerId(answer.getId());
            new ServerIdentity(pair.getPrivate(), certificate, authority).save(dataDir.root());
            log.info("joined cluster={} server={}", answer.getClusterId(), answer.getId());
        } catch (StatusRuntimeException e) {
            throw new JoinException("the server refused: " + e.getStatus().getDescription(), e);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new JoinException("could not join", e);
        }
    }

    private static EnrollResponse enroll(
            ServerConfig.Join join, ServerAddresses addresses, String version, byte[] request) throws IOException {
        URI server = URI.create("grpc://" + join.server());
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        server.getHost().replaceAll("[\\[\\]]", ""), server.getPort())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(join.authority().toFile())
                        .protocols("TLSv1.3")
                        .build())
                .build();
        try {
            return EnrollmentGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .enroll(EnrollRequest.newBuilder()
                            .setKind("server")
                            .setToken(Files.readString(join.tokenFile()).strip())
                            .setName(join.name())
                            .setCsrDer(ByteString.copyFrom(request))
                            .setAgentVersion(version)
                            .addAllAddresses(addresses.wire())
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    private static byte[] request(KeyPair pair) throws IOException, OperatorCreationException {
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=server"), pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
    }

    private static X509Certificate certificate(ByteString der) throws GeneralSecurityException {
        if (CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der.toByteArray()))
                instanceof X509Certificate found) {
            return found;
        }
        throw new JoinException("the server sent no certificate", null);
    }

    private static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
