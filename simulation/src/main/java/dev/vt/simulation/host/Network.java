package dev.vt.simulation.host;

import java.util.List;

/** The bridge that joins all hosts; made from inside the hub's namespace. */
public final class Network {
    private static final String BRIDGE = "hub0";
    private static final String HUB_ADDRESS = "fd76:7400::ff/64";

    private Network() {}

    public static void connect(List<Host> hosts) throws InterruptedException {
        Command.run("ip", "link", "add", BRIDGE, "type", "bridge");
        Command.run("ip", "addr", "add", HUB_ADDRESS, "dev", BRIDGE, "nodad");
        Command.run("ip", "link", "set", BRIDGE, "up");
        for (Host host : hosts) {
            String port = "port" + host.number();
            Command.run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace());
            Command.run("ip", "link", "set", port, "master", BRIDGE, "up");
            host.configure();
        }
    }
}
