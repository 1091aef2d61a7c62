package dev.vt.identity;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** gRPC channels to a server, TLS 1.3 with the cluster's own authority. */
public final class ServerChannels {
    private static final int MAX_MESSAGE = 64 << 20;

    private ServerChannels() {}

    /** For enrolment: no certificate of our own yet. */
    static ManagedChannel anonymous(ServerAddress server, Path authority) throws IOException {
        return build(server, GrpcSslContexts.forClient().trustManager(authority.toFile()));
    }

    /** Mutual TLS as the enrolled node or edge; each handshake shows what is in force then. */
    public static ManagedChannel asMember(ServerAddress server, Path authority, CurrentIdentity identity)
            throws IOException {
        return build(
                server,
                GrpcSslContexts.forClient().trustManager(authority.toFile()).keyManager(identity));
    }

    private static ManagedChannel build(ServerAddress server, SslContextBuilder tls) throws IOException {
        return NettyChannelBuilder.forAddress(server.host(), server.port())
                .sslContext(tls.protocols("TLSv1.3").build())
                .maxInboundMessageSize(MAX_MESSAGE)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }
}
