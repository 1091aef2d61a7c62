package dev.vt.control.cluster;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where a server in Raft mode is reached, in {@code server.joined} as three URLs.
 *
 * @param api {@code http://} or {@code https://}
 * @param grpc {@code grpc://}, for nodes, edges and servers
 * @param raft {@code raft://}
 */
public record ServerAddresses(URI api, URI grpc, URI raft) {
    /** Empty if it is not one of each. */
    public static Optional<ServerAddresses> parse(List<String> addresses) {
        URI api = null;
        URI grpc = null;
        URI raft = null;
        try {
            for (String text : addresses) {
                URI uri = URI.create(text);
                if (uri.getHost() == null || uri.getPort() <= 0 || uri.getScheme() == null) {
                    return Optional.empty();
                }
                switch (uri.getScheme()) {
                    case "http", "https" -> api = uri;
                    case "grpc" -> grpc = uri;
                    case "raft" -> raft = uri;
                    default -> {
                        return Optional.empty();
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return api == null || grpc == null || raft == null || addresses.size() != 3
                ? Optional.empty()
                : Optional.of(new ServerAddresses(api, grpc, raft));
    }

    public List<String> wire() {
        return List.of(api.toString(), grpc.toString(), raft.toString());
    }

    /** {@code host:port}, IPv6 in brackets. */
    public String raftAddress() {
        return raft.getAuthority();
    }

    /** Names and addresses that its certificate must carry; IPv6 without brackets. */
    public List<String> hosts() {
        TreeSet<String> hosts = new TreeSet<>();
        for (URI uri : List.of(api, grpc, raft)) {
            hosts.add(uri.getHost().replaceAll("[\\[\\]]", ""));
        }
        return List.copyOf(hosts);
    }
}
