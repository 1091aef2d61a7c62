package dev.vt.overlay.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.api.node.NodeNetwork;
import dev.vt.kernel.Json;
import dev.vt.runtime.host.HostCommand;
import dev.vt.runtime.host.NetworkNamespace;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the table of a plan. Blocks for tens of milliseconds; one caller at a time. */
public final class PacketFilter {
    private static final Logger log = LoggerFactory.getLogger(PacketFilter.class);

    private final NetworkNamespace namespace;
    private final FilterScope scope;
    private final List<String> servers;
    private @Nullable NodeNetwork loaded;
    private long loadedRevision;

    /** @param servers as {@link FilterTable#text} wants them */
    public PacketFilter(NetworkNamespace namespace, FilterScope scope, List<String> servers) {
        this.scope = scope;
        this.namespace = namespace;
        this.servers = List.copyOf(servers);
    }

    /**
     * Replaces the table, unless it is this plan's already.
     *
     * @throws dev.vt.runtime.host.HostCommand.CommandException if it could not be loaded; the old one is in force
     */
    public void apply(NodeNetwork network, long revision) {
        if (!network.equals(loaded)) {
            namespace.run(List.of("nft", "-f", "-"), FilterTable.text(scope, network, servers, revision));
            loaded = network;
            loadedRevision = revision;
        }
    }

    /** Whether the table that was loaded last is still there; somebody may have flushed it. */
    public boolean isInForce() {
        try {
            return namespace
                    .run("nft", "--terse", "list", "table", "inet", scope.table())
                    .contains("comment \"revision " + loadedRevision + "\"");
        } catch (HostCommand.CommandException absent) {
            log.debug("no table", absent);
            return false;
        }
    }

    /** What was loaded is not there any more: the next {@link #apply} loads in any case. */
    public void forget() {
        loaded = null;
    }

    /** Takes the table away; fine if there is none. */
    public void remove() {
        namespace.run(List.of("nft", "-f", "-"), FilterTable.removal(scope));
        loaded = null;
    }

    /** Packets dropped since the table was loaded, by rule (P12). */
    public Map<String, Long> drops() {
        JsonNode listed = Json.parse(namespace.run("nft", "-j", "list", "counters", "table", "inet", scope.table()));
        Map<String, Long> out = new TreeMap<>();
        for (JsonNode entry : listed.path("nftables")) {
            JsonNode counter = entry.path("counter");
            if (!counter.isMissingNode()) {
                out.put(counter.path("name").asText(), counter.path("packets").asLong());
            }
        }
        return out;
    }
}
