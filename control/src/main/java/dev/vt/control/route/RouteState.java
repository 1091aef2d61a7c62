package dev.vt.control.route;

/** What a route is, by its events. */
sealed interface RouteState {
    record Absent() implements RouteState {}

    record Live(RouteDefinition definition) implements RouteState {}

    record Gone() implements RouteState {}
}
