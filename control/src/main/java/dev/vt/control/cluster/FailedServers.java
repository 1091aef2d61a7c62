package dev.vt.control.cluster;

import dev.vt.control.cluster.Servers.Server;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** V6: which server has been silent for so long that nobody waits for it any more. Pure. */
final class FailedServers {
    private FailedServers() {}

    /**
     * The one silent longest whose loss V5 permits; one at a time, so that each is decided by what the one before left.
     *
     * @param silence since each member answered the leader; a new leader counts from its election, and whoever is not in it
     *     is no member yet
     */
    static Optional<Server> next(ServerDecider.Facts facts, Map<String, Duration> silence, Duration limit) {
        return facts.live().stream()
                .filter(server -> !server.id().equals(facts.leader()))
                .filter(server -> since(server, silence).compareTo(limit) >= 0)
                .filter(server -> !ServerDecider.losesQuorum(server, facts))
                .max(Comparator.<Server, Duration>comparing(server -> since(server, silence))
                        .thenComparing(Server::id));
    }

    private static Duration since(Server server, Map<String, Duration> silence) {
        return silence.getOrDefault(server.id(), Duration.ZERO);
    }
}
