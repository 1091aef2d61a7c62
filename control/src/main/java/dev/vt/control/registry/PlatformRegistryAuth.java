package dev.vt.control.registry;

import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Reach;
import dev.vt.control.org.Orgs;
import dev.vt.images.registry.RegistryAccess;
import dev.vt.images.registry.RegistryAuth;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Platform tokens and pull tokens as registry credentials. Thread-safe. */
final class PlatformRegistryAuth implements RegistryAuth {
    private final Authenticator authenticator;
    private final Orgs orgs;
    private final PullTokens pullTokens;

    PlatformRegistryAuth(Authenticator authenticator, Orgs orgs, PullTokens pullTokens) {
        this.authenticator = authenticator;
        this.orgs = orgs;
        this.pullTokens = pullTokens;
    }

    @Override
    public Optional<RegistryAccess> authenticate(byte[] token) {
        String text = new String(token, StandardCharsets.ISO_8859_1);
        Optional<String> pullable = pullTokens.repository(text);
        if (pullable.isPresent()) {
            String only = pullable.get();
            return Optional.of((repository, action) -> action == RegistryAccess.Action.PULL && repository.equals(only));
        }
        try {
            return Optional.of(accessOf(authenticator.authenticate(text)));
        } catch (ProblemException refused) {
            return Optional.empty();
        }
    }

    private RegistryAccess accessOf(Caller caller) {
        Map<String, String> orgByName = orgs.memberships(caller).stream()
                .collect(Collectors.toMap(Orgs.Membership::orgName, Orgs.Membership::orgId, (a, b) -> a));
        return (repository, action) -> {
            String orgId = orgByName.get(repository.substring(0, Math.max(0, repository.indexOf('/'))));
            String scope = switch (action) {
                case PULL -> "releases:read";
                case PUSH, DELETE -> "releases:write";
            };
            // A repository belongs to an org, not to a part of it.
            Reach reach = caller.reach();
            return orgId != null && (reach == null || !reach.narrow()) && caller.mayInOrg(orgId, scope);
        };
    }
}
