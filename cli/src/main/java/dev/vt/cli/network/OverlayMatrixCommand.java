package dev.vt.cli.network;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Table;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code vt overlay matrix}: how each node sees its peers, one line for each pair. */
@Command(name = "matrix", description = "show how each node sees each other one over the overlay")
public final class OverlayMatrixCommand extends VtCommand {
    @Override
    protected int run(Session session) {
        List<Doc> nodes =
                session.api().get("/v1/overlay/matrix", "reading the overlay").list("nodes");
        session.printList("overlay", nodes, () -> {
            Table table = new Table("NODE", "DEVICE", "PEER", "STATE", "RTT", "HANDSHAKE", "ENDPOINT");
            for (Doc node : nodes) {
                List<Doc> peers = node.list("peers");
                if (peers.isEmpty()) {
                    table.row(node.str("name"), node.str("device"), "", node.str("problem"), "", "", "");
                }
                peers.forEach(peer -> table.row(
                        node.str("name"),
                        node.str("device"),
                        peer.str("name"),
                        peer.str("state"),
                        peer.get("rtt_micros").isNull() ? "" : millis(peer.number("rtt_micros")),
                        peer.get("handshake_age_s").isNull() ? "" : peer.str("handshake_age_s") + " s ago",
                        peer.str("endpoint")));
            }
            table.print(session.out(), session.width());
        });
        return 0;
    }

    private static String millis(long micros) {
        return micros / 1000 + "." + micros % 1000 / 100 + " ms";
    }
}
