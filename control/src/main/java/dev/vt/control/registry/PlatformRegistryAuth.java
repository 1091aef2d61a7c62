package dev.vt.control.registry;

import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Reach;
import dev.vt.control.org.Orgs;
import dev.vt.images.registry.RegistryAccess;
import dev.vt.images.registry.RegistryAuth;
import dev.vt.images.registry.RegistryException;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Platform tokens and pull tokens as registry credentials. Thread-safe. */
final class PlatformRegistryAuth implements RegistryAuth {
    private final Authenticator authenticator;
    private final Orgs orgs;
    private final PullTokens pullTokens;
    private final Repositories repositories;
    private final BooleanSupplier stale;

    /** @param stale whether this server may not know that a token was revoked (S17) */
    PlatformRegistryAuth(
            Authenticator authenticator,
            Orgs orgs,
            PullTokens pullTokens,
            Repositories repositories,
            BooleanSupplier stale) {
        this.authenticator = authenticator;
        this.orgs = orgs;
        this.pullTokens = pullTokens;
        this.repositories = repositories;
        this.stale = stale;
    }

    @Override
    public Optional<RegistryAccess> authenticate(byte[] token) {
        String text = new String(token, StandardCharsets.ISO_8859_1);
        Optional<String> pullable = pullTokens.repository(text);
        if (pullable.isPresent()) {
            return Optional.of(new PullOnly(pullable.get()));
        }
        if (stale.getAsBoolean()) {
            throw new RegistryException(
                    RegistryException.Code.UNAVAILABLE, "this server has not heard of the leader; try again");
        }
        try {
            return Optional.of(accessOf(authenticator.authenticate(text)));
        } catch (ProblemException refused) {
            if (refused.problem().code() == ErrorCode.UNAVAILABLE) {
                throw new RegistryException(
                        RegistryException.Code.UNAVAILABLE, refused.problem().detail());
            }
            return Optional.empty();
        }
    }

    private RegistryAccess accessOf(Caller caller) {
        Map<String, String> orgByName = orgs.memberships(caller).stream()
                .collect(Collectors.toMap(Orgs.Membership::orgName, Orgs.Membership::orgId, (a, b) -> a));
        return new Member(caller, orgByName, repositories);
    }

    /** A node, or this server that resolves a reference: what it may have does not depend on who owns it now. */
    private record PullOnly(String only) implements RegistryAccess {
        @Override
        public boolean allows(String repository, Action action) {
            return action == Action.PULL && repository.equals(only);
        }

        @Override
        public Author author() {
            throw new IllegalStateException("a pull token writes nothing");
        }

        @Override
        public boolean pullsDeleted() {
            return true;
        }
    }

    private record Member(Caller caller, Map<String, String> orgByName, Repositories repositories)
            implements RegistryAccess {
        @Override
        public boolean allows(String repository, Action action) {
            String orgId = orgByName.get(repository.substring(0, Math.max(0, repository.indexOf('/'))));
            String scope = switch (action) {
                case PULL -> "releases:read";
                case PUSH, DELETE -> "releases:write";
            };
            // A repository belongs to an org, not to a part of it.
            Reach reach = caller.reach();
            return orgId != null
                    && (reach == null || !reach.narrow())
                    && caller.mayInOrg(orgId, scope)
                    // Names of orgs are given again; what the org before had is not.
                    && repositories
                            .owner(repository)
                            .filter(owner -> !owner.equals(orgId))
                            .isEmpty();
        }

        @Override
        public Author author() {
            return new Author(caller.actor().type(), caller.actor().id());
        }

        @Override
        public boolean pullsDeleted() {
            return false;
        }
    }
}
