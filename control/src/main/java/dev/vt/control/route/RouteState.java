package dev.vt.control.route;

/** What a route is, by its events. */
sealed interface RouteState {
    record Absent() implements RouteState {}

    /** Not served until the challenge is in the DNS (R2). */
    record Pending(RouteDefinition definition, String challenge) implements RouteState {}

    record Live(RouteDefinition definition) implements RouteState {}

    record Gone() implements RouteState {}
}
