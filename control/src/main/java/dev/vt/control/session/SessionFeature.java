package dev.vt.control.session;

import dev.vt.control.audit.DenyAudits;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.http.Endpoint;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Invitations;
import dev.vt.control.user.Users;
import java.util.List;
import java.util.stream.Stream;

/** Registers the endpoints; sessions have no events of their own. */
public final class SessionFeature implements Feature {
    private final SessionHandlers handlers;
    private final AuthenticatorHandlers authenticators;

    public SessionFeature(
            SignIns signIns,
            Sessions sessions,
            Passwords passwords,
            Authenticators authenticators,
            Invitations invitations,
            Users users,
            Tokens tokens,
            AuthWrites writes,
            DenyAudits denials) {
        this.handlers = new SessionHandlers(
                signIns, sessions, passwords, authenticators, invitations, users, tokens, writes, denials);
        this.authenticators = new AuthenticatorHandlers(authenticators, signIns, sessions, tokens, users, writes);
    }

    @Override
    public String name() {
        return "session";
    }

    @Override
    public List<SealedRecords> sealedRecords() {
        return List.of(Authenticators.RECORDS);
    }

    @Override
    public List<Endpoint> endpoints() {
        return Stream.concat(handlers.endpoints().stream(), authenticators.endpoints().stream())
                .toList();
    }
}
