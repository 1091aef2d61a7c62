package dev.vt.overlay;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Peer;
import dev.vt.api.node.NodeNetwork.RoutedPort;
import dev.vt.api.node.NodeNetwork.Settings;
import java.util.List;

/** Networks of node {@code fd00::1} with the settings of a cluster that says nothing. */
public final class Networks {
    public static final Settings SETTINGS = new Settings(51820, 1420, 5, 3, 6, 5, 2, 10_000, 500);

    private Networks() {}

    public static NodeNetwork of(List<Environment> environments, List<Allowance> allowances) {
        return of(List.of(), environments, List.of(), allowances, List.of());
    }

    public static NodeNetwork of(
            List<Peer> peers,
            List<Environment> environments,
            List<RoutedPort> routed,
            List<Allowance> allowances,
            List<String> underlay) {
        return new NodeNetwork(
                "fd00::/64",
                "fd00::1",
                "fd00:0:0:0:101::/80",
                SETTINGS,
                peers,
                environments,
                routed,
                allowances,
                underlay);
    }
}
