package dev.vt.control.route;

import dev.vt.control.http.Refusals;
import dev.vt.control.route.RouteEvent.Updated;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Pure: state, command and facts in, events or a refusal out. */
final class RouteDecider {
    /**
     * @param declaredPorts port numbers the target declares; null if the environment has no such process type
     * @param ipv4Enabled whether the environment has the add-on
     * @param hostnameTaken whether another environment was seen to hold the hostname; the claim decides, this only says it
     *     before anything else is found wrong
     */
    record Facts(@Nullable Set<Integer> declaredPorts, boolean ipv4Enabled, boolean hostnameTaken) {
        Facts(@Nullable Set<Integer> declaredPorts, boolean ipv4Enabled) {
            this(declaredPorts, ipv4Enabled, false);
        }
    }

    private RouteDecider() {}

    static Decision<RouteEvent> decide(RouteState state, RouteCommand command, Facts facts) {
        return switch (command) {
            case RouteCommand.Create(RouteDefinition definition) -> {
                Problem problem = problem(definition, facts);
                yield switch (state) {
                    case RouteState.Absent() ->
                        problem == null
                                ? Decision.accept(new RouteEvent.Created(definition))
                                : Decision.refuse(problem);
                    case RouteState.Live live -> Decision.refuse(ErrorCode.INVALID_STATE, "the route exists");
                    case RouteState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            }
            case RouteCommand.Update(RouteDefinition wanted) ->
                switch (state) {
                    case RouteState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such route");
                    case RouteState.Live(RouteDefinition old) -> update(old, wanted, facts);
                    case RouteState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case RouteCommand.Delete() ->
                switch (state) {
                    case RouteState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such route");
                    case RouteState.Live live -> Decision.accept(new RouteEvent.Deleted());
                    case RouteState.Gone() -> Decision.unchanged();
                };
        };
    }

    private static Decision<RouteEvent> update(RouteDefinition old, RouteDefinition wanted, Facts facts) {
        if (old.equals(wanted)) {
            return Decision.unchanged();
        }
        Problem problem = problem(wanted, facts);
        return problem != null
                ? Decision.refuse(problem)
                : Decision.accept(new Updated(
                        changed(old.target(), wanted.target()),
                        changed(old.proxyProtocol(), wanted.proxyProtocol()),
                        changed(old.backendExpectsProxyProtocol(), wanted.backendExpectsProxyProtocol()),
                        changed(old.proxyTlvs(), wanted.proxyTlvs()),
                        changed(old.ipv4(), wanted.ipv4()),
                        changed(old.allowNoSni(), wanted.allowNoSni()),
                        changed(old.balance(), wanted.balance())));
    }

    private static <T> @Nullable T changed(T old, T wanted) {
        return Objects.equals(old, wanted) ? null : wanted;
    }

    /** R3 to R5, as far as one route alone can break them. */
    private static @Nullable Problem problem(RouteDefinition route, Facts facts) {
        if (facts.hostnameTaken()) {
            return hostnameTaken(route);
        }
        if (PortPolicy.denied(route.listenPort())) {
            return Problem.of(ErrorCode.PORT_DENIED, "port " + route.listenPort() + " is not offered");
        }
        if (route.raw() && PortPolicy.shared(route.listenPort())) {
            return Problem.of(
                            ErrorCode.PORT_DENIED,
                            "port " + route.listenPort() + " is shared by all and cannot be a raw port")
                    .withHint("choose another listen_port, or a tls_passthrough route");
        }
        Set<Integer> declared = facts.declaredPorts();
        if (declared == null) {
            return Problem.of(
                            ErrorCode.UNKNOWN_PROCESS_TYPE,
                            "the environment has no process type "
                                    + route.target().processType())
                    .withHint("vt deploy");
        }
        if (!declared.contains(route.target().port())) {
            return Problem.of(
                    ErrorCode.BACKEND_PORT_UNDECLARED,
                    "process " + route.target().processType() + " declares no port "
                            + route.target().port());
        }
        if (route.proxyProtocol().equals("v2") && !route.backendExpectsProxyProtocol()) {
            return Problem.of(
                    ErrorCode.PROXY_ACK_REQUIRED,
                    "proxy_protocol v2 needs backend_expects_proxy_protocol: true; otherwise the process would take the"
                            + " header for data");
        }
        if (route.ipv4().equals("required") && !facts.ipv4Enabled()) {
            return Problem.of(ErrorCode.IPV4_NOT_ENABLED, "the environment has no IPv4 address")
                    .withHint("vt ipv4 enable, or ipv4 = \"also\"");
        }
        return null;
    }

    /** Without naming the owner (R2). */
    static Problem hostnameTaken(RouteDefinition route) {
        return Problem.of(ErrorCode.HOSTNAME_TAKEN, "hostname " + route.hostname() + " is already in use")
                .withHint("choose another name, or delete the route that holds it");
    }

    static RouteState evolve(RouteState state, RouteEvent event) {
        return switch (event) {
            case RouteEvent.Created(RouteDefinition definition) -> new RouteState.Live(definition);
            case Updated updated ->
                state instanceof RouteState.Live(RouteDefinition old)
                        ? new RouteState.Live(applied(old, updated))
                        : state;
            case RouteEvent.Deleted() -> new RouteState.Gone();
        };
    }

    static RouteDefinition applied(RouteDefinition old, Updated updated) {
        return new RouteDefinition(
                old.kind(),
                old.hostname(),
                old.listenPort(),
                Objects.requireNonNullElse(updated.target(), old.target()),
                Objects.requireNonNullElse(updated.proxyProtocol(), old.proxyProtocol()),
                Objects.requireNonNullElse(updated.backendExpectsProxyProtocol(), old.backendExpectsProxyProtocol()),
                Objects.requireNonNullElse(updated.proxyTlvs(), old.proxyTlvs()),
                Objects.requireNonNullElse(updated.ipv4(), old.ipv4()),
                Objects.requireNonNullElse(updated.allowNoSni(), old.allowNoSni()),
                Objects.requireNonNullElse(updated.balance(), old.balance()),
                old.managedBy());
    }
}
