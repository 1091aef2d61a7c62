package dev.vt.control.token;

import dev.vt.control.http.Reach;
import dev.vt.control.http.Refusals;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pure: a token reaches no further and lives no longer than it may. */
final class TokenDecider {
    static final Duration MAX_LIFE = Duration.ofDays(90);

    /**
     * @param now the proposer's clock
     * @param ownScopes of the token that asks
     * @param ownReach what that token is bound to, or null
     * @param visibleOrgs orgs the caller belongs to
     * @param resourceOwner to whom the wanted resource belongs, if it is known
     */
    record Facts(
            Instant now,
            Set<String> ownScopes,
            @Nullable Reach ownReach,
            Set<String> visibleOrgs,
            Optional<Owner> resourceOwner) {
        Facts {
            ownScopes = Set.copyOf(ownScopes);
            visibleOrgs = Set.copyOf(visibleOrgs);
        }
    }

    private TokenDecider() {}

    static Decision<TokenEvent> decide(TokenState state, TokenCommand command, Facts facts) {
        return switch (command) {
            case TokenCommand.Create create -> create(create, facts);
            case TokenCommand.Revoke() ->
                switch (state) {
                    case TokenState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such token");
                    case TokenState.Live() -> Decision.accept(new TokenEvent.Revoked("user"));
                    case TokenState.Revoked() -> Decision.unchanged();
                };
        };
    }

    private static Decision<TokenEvent> create(TokenCommand.Create create, Facts facts) {
        Set<String> missing = new TreeSet<>(create.scopes());
        missing.removeAll(facts.ownScopes());
        if (!missing.isEmpty()) {
            return Decision.refuse(
                    Problem.of(ErrorCode.INSUFFICIENT_SCOPE, "a token cannot give what it does not have: " + missing)
                            .withDetails(Map.of("scopes", List.copyOf(missing))));
        }
        if (!create.expiresAt().isAfter(facts.now())
                || create.expiresAt().isAfter(facts.now().plus(MAX_LIFE))) {
            return Decision.refuse(ErrorCode.INVALID_ARGUMENT, "expires_at must be in the next 90 days");
        }
        String resource = create.resource();
        Reach own = facts.ownReach();
        if (resource == null && own != null) {
            return Decision.refuse(ErrorCode.INSUFFICIENT_SCOPE, "the token is bound to " + own.resource());
        }
        if (resource != null && !visible(resource, facts)) {
            return Decision.refuse(Refusals.notFound().problem());
        }
        return Decision.accept(new TokenEvent.Created(
                "personal", create.name(), List.copyOf(create.scopes()), resource, create.expiresAt()));
    }

    /** An org, project, app or env that the caller's token reaches. */
    private static boolean visible(String resource, Facts facts) {
        Optional<Owner> owner = facts.resourceOwner();
        boolean bindable = Stream.of("org", "prj", "app", "env").anyMatch(prefix -> Ids.isValid(prefix, resource));
        if (!bindable || owner.isEmpty() || owner.get().orgId() == null) {
            return false;
        }
        Reach own = facts.ownReach();
        return facts.visibleOrgs().contains(owner.get().orgId())
                && (own == null || own.place(owner.get()) == Reach.Place.INSIDE);
    }

    static TokenState evolve(TokenEvent event) {
        return switch (event) {
            case TokenEvent.Created created -> new TokenState.Live();
            case TokenEvent.Revoked revoked -> new TokenState.Revoked();
        };
    }
}
