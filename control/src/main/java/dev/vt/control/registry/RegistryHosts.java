package dev.vt.control.registry;

import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.cluster.Servers;
import dev.vt.control.cluster.Servers.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** By which hosts images of the built-in registry are named: every server carries the same one. Thread-safe. */
public final class RegistryHosts {
    private final Set<String> own;
    private final Servers servers;
    private final String self;

    /** @param own {@code host:port} under which this server is reached */
    public RegistryHosts(Set<String> own, Servers servers, String self) {
        this.own = Set.copyOf(own);
        this.servers = servers;
        this.self = self;
    }

    /** @param host {@code host:port}, as a reference has it */
    public boolean contains(String host) {
        return own.contains(host) || everywhere().contains(host);
    }

    /** The host under which this server finds in its own registry what a reference names, whichever server it names. */
    public String here(String host) {
        return own.contains(host) || own.isEmpty() ? host : new TreeSet<>(own).getFirst();
    }

    /** Where nodes may pull, this server first; empty in direct mode, where a reference's own host is the only one. */
    public List<String> everywhere() {
        List<String> hosts = new ArrayList<>();
        for (Server server : servers.live()) {
            Optional<String> host =
                    server.addresses().map(ServerAddresses::api).map(api -> api.getHost() + ":" + api.getPort());
            host.ifPresent(found -> hosts.add(server.id().equals(self) ? 0 : hosts.size(), found));
        }
        return hosts;
    }
}
