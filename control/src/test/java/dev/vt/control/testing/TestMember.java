package dev.vt.control.testing;

import com.google.protobuf.ByteString;
import dev.vt.api.node.Inventory;
import dev.vt.api.proto.EdgeHello;
import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.Heartbeat;
import dev.vt.api.proto.NodeHello;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.api.proto.ToEdge;
import dev.vt.api.proto.ToNode;
import dev.vt.control.ca.TestRequests;
import dev.vt.kernel.Json;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A machine that speaks to a test server's gRPC port over TLS, as an agent or an edge would. */
public final class TestMember implements AutoCloseable {
    private final TestServer server;
    private final KeyPair pair;
    private final @Nullable EnrollResponse identity;
    private final ManagedChannel channel;

    private TestMember(TestServer server, KeyPair pair, @Nullable EnrollResponse identity) {
        this.server = server;
        this.pair = pair;
        this.identity = identity;
        this.channel = channel(server, pair, identity);
    }

    /** A machine that has only the cluster's CA. */
    public static TestMember stranger(TestServer server) {
        return new TestMember(server, TestRequests.keyPair("secp256r1"), null);
    }

    public static TestMember enrolled(TestServer server, String kind, String name) {
        try (TestMember stranger = stranger(server)) {
            return stranger.as(stranger.enroll(request(kind, token(server, kind), name, stranger.pair)));
        }
    }

    /** The same key with the certificate it got. */
    public TestMember as(EnrollResponse response) {
        return new TestMember(server, pair, response);
    }

    /** The certificate of another key. */
    public TestMember as(KeyPair other, EnrollResponse response) {
        return new TestMember(server, other, response);
    }

    /** A fresh enrollment token's secret. */
    public static String token(TestServer server, String kind) {
        TestReply reply =
                server.operator().post("/v1/enrollment-tokens", Json.object().put("kind", kind));
        return reply.json().path("secret").asText();
    }

    public static EnrollRequest request(String kind, String token, String name, KeyPair pair) {
        return EnrollRequest.newBuilder()
                .setKind(kind)
                .setToken(token)
                .setName(name)
                .setCsrDer(ByteString.copyFrom(TestRequests.request(pair)))
                .setInventoryJson(ByteString.copyFrom(Json.bytes(inventory())))
                .setAgentVersion("0.1.0")
                .addAddresses("2001:db8::1")
                .build();
    }

    public static Inventory inventory() {
        return new Inventory(
                2000,
                8L << 30,
                100L << 30,
                "amd64",
                false,
                List.of(new Inventory.Driver("sim", "1", "none", "none", 0, 8, List.of("pause"))));
    }

    public KeyPair pair() {
        return pair;
    }

    public String id() {
        return identity().getId();
    }

    public EnrollResponse identity() {
        if (identity == null) {
            throw new IllegalStateException("not enrolled");
        }
        return identity;
    }

    public EnrollResponse enroll(EnrollRequest request) {
        return EnrollmentGrpc.newBlockingStub(channel).enroll(request);
    }

    /** For other services. */
    public ManagedChannel channel() {
        return channel;
    }

    public NodePlaneGrpc.NodePlaneBlockingStub node() {
        return NodePlaneGrpc.newBlockingStub(channel);
    }

    public NodePlaneGrpc.NodePlaneStub nodeStreams() {
        return NodePlaneGrpc.newStub(channel);
    }

    public TestStream<FromNode, ToNode> link() {
        return TestStream.open(responses -> nodeStreams().link(responses));
    }

    /** The link after its hello. */
    public TestStream<FromNode, ToNode> hello() {
        return hello("boot-" + id());
    }

    public TestStream<FromNode, ToNode> hello(String hostBootId) {
        TestStream<FromNode, ToNode> link = link();
        link.send(FromNode.newBuilder().setHello(helloMessage(id(), hostBootId)).build());
        return link;
    }

    public static NodeHello helloMessage(String nodeId, String hostBootId) {
        return NodeHello.newBuilder()
                .setNodeId(nodeId)
                .setAgentVersion("0.1.0")
                .setHostBootId(hostBootId)
                .setInventoryJson(ByteString.copyFrom(Json.bytes(inventory())))
                .build();
    }

    public static FromNode heartbeat() {
        return FromNode.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder()
                        .setReportedAt(Instant.now().toString())
                        .setObservedJson(ByteString.copyFromUtf8("{\"phases\":{}}")))
                .build();
    }

    public TestStream<FromEdge, ToEdge> follow() {
        TestStream<FromEdge, ToEdge> stream =
                TestStream.open(responses -> EdgePlaneGrpc.newStub(channel).follow(responses));
        stream.send(FromEdge.newBuilder()
                .setHello(EdgeHello.newBuilder().setEdgeId(id()).setVersion("0.1.0"))
                .build());
        return stream;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static ManagedChannel channel(TestServer server, KeyPair pair, @Nullable EnrollResponse identity) {
        try {
            SslContextBuilder tls = GrpcSslContexts.forClient()
                    .trustManager(
                            certificate(Files.readAllBytes(server.dataDir().resolve("ca.pem"))));
            if (identity != null) {
                tls.keyManager(
                        pair.getPrivate(),
                        certificate(identity.getCertificateDer().toByteArray()));
            }
            return NettyChannelBuilder.forAddress("localhost", server.control().grpcPort())
                    .overrideAuthority("localhost")
                    .userAgent("test-" + UUID.randomUUID())
                    .sslContext(tls.build())
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException("cannot set up a client", e);
        }
    }

    private static X509Certificate certificate(byte[] encoded) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("not a certificate", e);
        }
    }
}
