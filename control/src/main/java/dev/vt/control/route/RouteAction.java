package dev.vt.control.route;

/** One step towards the routes a manifest asks for. */
public sealed interface RouteAction {
    record Create(RouteDefinition definition) implements RouteAction {}

    /** @param wanted differs from the route in what may change */
    record Update(Route route, RouteDefinition wanted) implements RouteAction {}

    record Delete(Route route) implements RouteAction {}
}
