package dev.vt.edge.observe;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * What {@code vt edge status} shows (C7).
 *
 * @param server the one that is followed, empty if none is
 * @param appliedRevision in force
 * @param offeredRevision newest that a server sent
 * @param rejection why the newest table is not in force, empty if it is
 * @param differences of the refused table, sorted by route: {@code + id}, {@code - id}, {@code ~ id field…}
 * @param routes sorted by id
 */
@JsonNaming(SnakeCaseStrategy.class)
public record EdgeStatus(
        String edgeId,
        String version,
        String server,
        boolean draining,
        long appliedRevision,
        long offeredRevision,
        String rejection,
        List<String> differences,
        int openConnections,
        List<Integer> ports,
        List<Integer> failedPorts,
        List<RouteStatus> routes) {
    public EdgeStatus {
        ports = List.copyOf(ports);
        failedPorts = List.copyOf(failedPorts);
        differences = List.copyOf(differences);
        routes = List.copyOf(routes);
    }

    /**
     * @param out backends that are left out for now: ejected, or not reached by probes
     * @param state {@code bound}, {@code failed}, or {@code no_ready_backend}
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record RouteStatus(
            String routeId,
            String kind,
            String hostname,
            int listenPort,
            int backends,
            int out,
            int open,
            String state) {}
}
