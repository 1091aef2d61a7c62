package dev.vt.control.route;

/** What may be asked of a route; hostnames are already in the form of R1. */
sealed interface RouteCommand {
    record Create(RouteDefinition definition) implements RouteCommand {}

    /** @param wanted the definition as it shall be; kind, hostname, port and manager are those it has */
    record Update(RouteDefinition wanted) implements RouteCommand {}

    /** The challenge is in the DNS. */
    record Verify() implements RouteCommand {}

    record Delete() implements RouteCommand {}
}
