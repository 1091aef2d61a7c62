package dev.vt.control.server;

import dev.vt.control.ca.ServerIdentity;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.URI;

/** Connections from server to server, with mutual TLS. */
final class ServerChannels {
    /** Of a server whose machine is gone, nothing comes back, not even a refusal. */
    private static final int CONNECT_WITHIN_MILLIS = 5_000;

    private ServerChannels() {}

    /** The caller closes it. */
    static ManagedChannel open(URI address, ServerIdentity self) throws IOException {
        String host = address.getHost().replaceAll("[\\[\\]]", "");
        return NettyChannelBuilder.forAddress(host, address.getPort())
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_WITHIN_MILLIS)
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(self.authority())
                        .keyManager(self.key(), self.certificate(), self.authority())
                        .protocols("TLSv1.3")
                        .build())
                .build();
    }
}
