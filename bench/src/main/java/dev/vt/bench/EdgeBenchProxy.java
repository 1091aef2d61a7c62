package dev.vt.bench;

import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.observe.AccessLog;
import dev.vt.edge.observe.EdgeMetrics;
import dev.vt.edge.relay.ConnectionObserver;
import dev.vt.edge.relay.Relay;
import dev.vt.edge.relay.RelaySettings;
import dev.vt.edge.table.LiveState;
import dev.vt.edge.table.TableCompiler;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The edge's own event loops in a process of their own, with metrics, and with the access log if a file is named. */
final class EdgeBenchProxy {
    private EdgeBenchProxy() {}

    /** Arguments: listen port, backend port, access log file or {@code none}. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        EdgeMetrics metrics = new EdgeMetrics();
        ConnectionObserver observer =
                args[2].equals("none") ? metrics : new AccessLog(Path.of(args[2]), "edge_bench", metrics);
        Relay relay =
                new Relay(RelaySettings.standard(InetAddress.ofLiteral("::1")).withoutClientLimits(), observer);
        EdgeTable.Route route = new EdgeTable.Route(
                "rt_bench",
                "org_bench",
                "env_bench",
                "tls_passthrough",
                EdgeBench.HOST,
                port,
                "off",
                List.of(),
                false,
                "round_robin",
                List.of(new EdgeTable.Backend("inst_bench", "::1", Integer.parseInt(args[1]))));
        relay.apply(new TableCompiler("edge_bench", "cls_bench", new LiveState())
                .compile(new EdgeTable("cls_bench", 1, List.of(route))));
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
