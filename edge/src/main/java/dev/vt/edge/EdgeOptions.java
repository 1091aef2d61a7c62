package dev.vt.edge;

import dev.vt.edge.proxy.AddressBlock;
import dev.vt.identity.ServerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code vt edge run} was told.
 *
 * @param servers gRPC addresses, tried in turn
 * @param listenAddress what listeners bind
 * @param adminAddress of metrics and health; port 0 takes a free one, which {@code admin.json} names
 * @param unreadyTime between becoming unready and closing the listeners, for those who watch readiness (C6)
 * @param drainTime that open connections get after that; empty: as the cluster is configured
 * @param clientLimits whether one client's connections are bounded (F5)
 * @param accessLog whether connections are logged
 * @param cutAddresses whether that log names networks of clients only
 * @param trustedProxies whose PROXY headers are believed (X2)
 * @param probes whether backends are always probed, not only while no server is followed (B5)
 */
record EdgeOptions(
        Path dataDir,
        List<ServerAddress> servers,
        InetAddress listenAddress,
        InetSocketAddress adminAddress,
        Duration unreadyTime,
        Optional<Duration> drainTime,
        boolean clientLimits,
        boolean accessLog,
        boolean cutAddresses,
        List<AddressBlock> trustedProxies,
        boolean probes) {
    EdgeOptions {
        servers = List.copyOf(servers);
        trustedProxies = List.copyOf(trustedProxies);
    }
}
