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
     * @param hostnameTaken whether another environment was seen to hold the hostname, or it is reserved for another org (R2);
     *     claim and precondition decide, this only says it before anything else is found wrong
     * @param deniedPorts those of the operator (R5)
     * @param challenge what must be in the DNS before the hostname is served; null: nothing
     */
    record Facts(
            @Nullable Set<Integer> declaredPorts,
            boolean ipv4Enabled,
            boolean hostnameTaken,
            Set<Integer> deniedPorts,
            @Nullable String challenge) {
        Facts {
            deniedPorts = Set.copyOf(deniedPorts);
        }

        Facts(@Nullable Set<Integer> declaredPorts, boolean ipv4Enabled) {
            this(declaredPorts, ipv4Enabled, false, Set.of(), null);
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
                                ? Decision.accept(new RouteEvent.Created(definition, facts.challenge()))
                                : Decision.refuse(problem);
                    case RouteState.Pending pending -> Decision.refuse(ErrorCode.INVALID_STATE, "the route exists");
                    case RouteState.Live live -> Decision.refuse(ErrorCode.INVALID_STATE, "the route exists");
                    case RouteState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            }
            case RouteCommand.Update(RouteDefinition wanted) ->
                switch (state) {
                    case RouteState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such route");
                    case RouteState.Pending(RouteDefinition old, String challenge) -> update(old, wanted, facts);
                    case RouteState.Live(RouteDefinition old) -> update(old, wanted, facts);
                    case RouteState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case RouteCommand.Verify() ->
                switch (state) {
                    case RouteState.Pending pending -> Decision.accept(new RouteEvent.Verified());
                    case RouteState.Absent absent -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such route");
                    case RouteState.Live live -> Decision.unchanged();
                    case RouteState.Gone gone -> Decision.unchanged();
                };
            case RouteCommand.Delete() ->
                switch (state) {
                    case RouteState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such route");
                    case RouteState.Pending pending -> Decision.accept(new RouteEvent.Deleted());
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
                        changed(old.balance(), wanted.balance()),
                        changed(old.maxConnections(), wanted.maxConnections()),
                        changed(old.terminateOnDelete(), wanted.terminateOnDelete())));
    }

    private static <T> @Nullable T changed(T old, T wanted) {
        return Objects.equals(old, wanted) ? null : wanted;
    }

    /** R3 to R5, as far as one route alone can break them. */
    private static @Nullable Problem problem(RouteDefinition route, Facts facts) {
        if (facts.hostnameTaken() && route.hostname() != null) {
            return hostnameTaken(route.hostname());
        }
        Problem denied = PortPolicy.problem(route, facts.deniedPorts());
        if (denied != null) {
            return denied;
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
    static Problem hostnameTaken(String hostname) {
        return Problem.of(ErrorCode.HOSTNAME_TAKEN, "hostname " + hostname + " is already in use")
                .withHint("choose another name, or delete the route that holds it");
    }

    static RouteState evolve(RouteState state, RouteEvent event) {
        return switch (event) {
            case RouteEvent.Created(RouteDefinition definition, String challenge) ->
                challenge == null ? new RouteState.Live(definition) : new RouteState.Pending(definition, challenge);
            case RouteEvent.Verified() ->
                state instanceof RouteState.Pending(RouteDefinition definition, String challenge)
                        ? new RouteState.Live(definition)
                        : state;
            case Updated updated ->
                switch (state) {
                    case RouteState.Pending(RouteDefinition old, String challenge) ->
                        new RouteState.Pending(applied(old, updated), challenge);
                    case RouteState.Live(RouteDefinition old) -> new RouteState.Live(applied(old, updated));
                    case RouteState.Absent absent -> absent;
                    case RouteState.Gone gone -> gone;
                };
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
                Objects.requireNonNullElse(updated.maxConnections(), old.maxConnections()),
                Objects.requireNonNullElse(updated.terminateOnDelete(), old.terminateOnDelete()),
                old.managedBy());
    }
}
