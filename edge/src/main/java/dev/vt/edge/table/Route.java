package dev.vt.edge.table;

import dev.vt.edge.proxy.ProxyTlv;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * One route of one table.
 *
 * @param hostname empty for raw TCP
 * @param proxyV2 whether backends get a PROXY header
 * @param tlvs what that header holds besides addresses
 * @param maxConnections open ones on this edge
 * @param terminateOnDelete whether open connections end when the route is deleted (C5)
 * @param start backend that the first connection goes to, so that edges begin at different ones (B2)
 * @param backends in the order of their instance ids
 */
public record Route(
        String id,
        String orgId,
        String envId,
        Kind kind,
        String hostname,
        int port,
        boolean proxyV2,
        Set<ProxyTlv> tlvs,
        boolean allowNoSni,
        Balance balance,
        int maxConnections,
        boolean terminateOnDelete,
        int start,
        List<Backend> backends,
        RouteState state) {
    /** How the bytes of a client are routed. */
    public enum Kind {
        TLS_PASSTHROUGH,
        TCP_RAW
    }

    /** How the next backend is chosen. */
    public enum Balance {
        ROUND_ROBIN,
        LEAST_CONNECTIONS
    }

    public Route {
        tlvs = Set.copyOf(tlvs);
        backends = List.copyOf(backends);
    }

    /**
     * Backends for one new connection, best first: the one whose turn it is, then the others in order. Those that are
     * out are left out unless all are.
     *
     * @param max at most so many
     */
    public List<Backend> candidates(long now, int max) {
        int size = backends.size();
        if (size == 0) {
            return List.of();
        }
        int first = (int) ((start + state.takeTurn()) % size);
        if (size == 1) {
            return backends;
        }
        if (balance == Balance.LEAST_CONNECTIONS) {
            List<Backend> ordered = usable(first, now, size);
            ordered.sort(Comparator.comparingInt(backend -> backend.state().open()));
            return ordered.subList(0, Math.min(max, ordered.size()));
        }
        return usable(first, now, max);
    }

    private List<Backend> usable(int first, long now, int max) {
        List<Backend> usable = new ArrayList<>(Math.min(max, backends.size()));
        for (int i = 0; i < backends.size() && usable.size() < max; i++) {
            Backend backend = backends.get((first + i) % backends.size());
            if (!backend.state().isOut(now)) {
                usable.add(backend);
            }
        }
        if (usable.isEmpty()) {
            usable.add(backends.get(first));
        }
        return usable;
    }

    /** Notes a failed connect; too many within ten seconds eject the backend, but never more than half of the set (B4). */
    public void connectFailed(Backend backend, long now, Ejection policy) {
        state.connectFailed();
        if (!backend.state().failed(now, policy)) {
            return;
        }
        long ejected =
                backends.stream().filter(each -> each.state().isEjected(now)).count();
        if ((ejected + 1) * 2 <= backends.size()) {
            backend.state().eject(now, policy);
        }
    }
}
