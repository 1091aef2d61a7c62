package dev.vt.control.principal;

import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Pure: a principal reaches no further than who made it. */
final class PrincipalDecider {
    static final Duration MAX_OVERLAP = Duration.ofHours(24);

    /**
     * @param now the proposer's clock
     * @param grantable scopes the caller has in the org, and of the cluster if they are an operator
     * @param resourceVisible whether the wanted resource is in the org and in what the caller's token reaches
     */
    record Facts(Instant now, Set<String> grantable, boolean resourceVisible) {
        Facts {
            grantable = Set.copyOf(grantable);
        }
    }

    private PrincipalDecider() {}

    static Decision<PrincipalEvent> decide(PrincipalState state, PrincipalCommand command, Facts facts) {
        return switch (state) {
            case PrincipalState.Absent() -> create(command, facts);
            case PrincipalState.Live live -> live(live, command, facts);
            case PrincipalState.Gone() ->
                command instanceof PrincipalCommand.Delete
                        ? Decision.unchanged()
                        : Decision.refuse(Refusals.deletedProblem());
        };
    }

    private static Decision<PrincipalEvent> create(PrincipalCommand command, Facts facts) {
        if (!(command instanceof PrincipalCommand.Create create)) {
            return Decision.refuse(Refusals.notFound().problem());
        }
        Problem refusal = refusal(create.scopes(), facts);
        return refusal != null
                ? Decision.refuse(refusal)
                : Decision.accept(new PrincipalEvent.Created(
                        create.name(), create.clientId(), List.copyOf(create.scopes()), create.resource()));
    }

    private static Decision<PrincipalEvent> live(PrincipalState.Live live, PrincipalCommand command, Facts facts) {
        return switch (command) {
            case PrincipalCommand.Create create ->
                Decision.refuse(ErrorCode.INVALID_STATE, "the service principal exists");
            case PrincipalCommand.SetScopes(var scopes, var resource) -> {
                if (scopes.equals(live.scopes()) && Objects.equals(resource, live.resource())) {
                    yield Decision.unchanged();
                }
                Problem refusal = refusal(scopes, facts);
                yield refusal != null
                        ? Decision.refuse(refusal)
                        : Decision.accept(new PrincipalEvent.ScopesUpdated(List.copyOf(scopes), resource));
            }
            case PrincipalCommand.Rotate(var rotationId, var credentialId, var overlap) -> {
                // Whoever rotates learns the secret, so they may not gain by it.
                Problem refusal = refusal(live.scopes(), facts);
                yield refusal != null
                        ? Decision.refuse(refusal)
                        : Decision.accept(new PrincipalEvent.SecretRotated(
                                rotationId,
                                credentialId,
                                overlap.isZero()
                                        ? null
                                        : facts.now().plus(overlap).toString()));
            }
            case PrincipalCommand.Delete() -> Decision.accept(new PrincipalEvent.Deleted());
        };
    }

    private static @Nullable Problem refusal(Set<String> scopes, Facts facts) {
        Set<String> missing = new TreeSet<>(scopes);
        missing.removeAll(facts.grantable());
        if (!missing.isEmpty()) {
            return Problem.of(ErrorCode.INSUFFICIENT_SCOPE, "you cannot give what you do not have: " + missing)
                    .withDetails(Map.of("scopes", List.copyOf(missing)));
        }
        return facts.resourceVisible() ? null : Refusals.notFound().problem();
    }

    static PrincipalState evolve(PrincipalState state, PrincipalEvent event) {
        return switch (event) {
            case PrincipalEvent.Created created ->
                new PrincipalState.Live(Set.copyOf(created.scopes()), created.resource());
            case PrincipalEvent.ScopesUpdated updated ->
                new PrincipalState.Live(Set.copyOf(updated.scopes()), updated.resource());
            case PrincipalEvent.SecretRotated rotated -> state;
            case PrincipalEvent.Deleted() -> new PrincipalState.Gone();
        };
    }
}
