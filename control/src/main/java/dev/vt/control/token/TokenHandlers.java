package dev.vt.control.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.auth.Owners;
import dev.vt.control.auth.Scopes;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.ResourceReader;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.org.Orgs;
import dev.vt.control.user.Users;
import dev.vt.kernel.Decision;
import dev.vt.kernel.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** HTTP: everybody sees and changes only their own tokens. */
final class TokenHandlers {
    /** Body of a creation. */
    record Create(
            @Nullable String name,
            @Nullable List<String> scopes,
            @Nullable String resource,
            @Nullable String expiresAt) {}

    private static final String PATH = "/v1/auth/tokens";
    private static final String ITEM = PATH + "/{token_id}";
    private static final Duration DEFAULT_LIFE = Duration.ofDays(30);

    private final Mutations mutations;
    private final StateReader state;
    private final Tokens tokens;
    private final Users users;
    private final Orgs orgs;
    private final Owners owners;

    TokenHandlers(Mutations mutations, StateReader state, Tokens tokens, Users users, Orgs orgs) {
        this.owners = new Owners(state);
        this.mutations = mutations;
        this.state = state;
        this.tokens = tokens;
        this.users = users;
        this.orgs = orgs;
    }

    List<Endpoint> endpoints() {
        Access any = Access.anyToken();
        return List.of(
                Endpoint.get("auth.whoami", "/v1/auth/whoami", any, this::whoami),
                Endpoint.list("tokens.list", PATH, any, Set.of("name", "include_deleted"), this::list),
                Endpoint.post("tokens.create", PATH, any, this::create),
                Endpoint.get("tokens.get", ITEM, any, this::get),
                Endpoint.delete("tokens.revoke", ITEM, any, this::revoke));
    }

    private Reply whoami(Call call) {
        Caller caller = call.caller();
        ObjectNode out = Json.object();
        out.put("actor_type", caller.actor().type())
                .put("actor_id", caller.actor().id());
        users.find(caller.actor().id()).ifPresent(user -> {
            out.put("email", user.email());
            out.put("display_name", user.displayName());
        });
        out.put("operator", caller.operator());
        ObjectNode token = out.putObject("token").put("id", caller.tokenId());
        ArrayNode scopes = token.putArray("scopes");
        new TreeSet<>(caller.scopes()).forEach(scopes::add);
        token.put("resource", caller.tokenResource())
                .put("expires_at", caller.expiresAt().toString());
        Caller.SignIn session = caller.session();
        if (session != null) {
            out.putObject("session")
                    .put("csrf_token", session.csrfToken())
                    .put("authenticated_at", session.authenticatedAt().toString());
        }
        ArrayNode memberships = out.putArray("orgs");
        orgs.memberships(caller)
                .forEach(m -> memberships
                        .addObject()
                        .put("org_id", m.orgId())
                        .put("name", m.orgName())
                        .put("role", m.role()));
        return Reply.ok(out);
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("tokens")
                .equal("user_id", call.caller().actor().id())
                .filter(call, "name")
                .live(call)
                .page(call, handle, (row, context) -> Token.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(find(call).json());
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        Checks checks = new Checks()
                .required("/name", body.name())
                .text("/name", body.name(), 64)
                .required("/scopes", body.scopes());
        Set<String> scopes = new TreeSet<>(Objects.requireNonNullElse(body.scopes(), List.of()));
        checks.that(!scopes.isEmpty(), "/scopes", "must name at least one scope");
        scopes.forEach(scope -> checks.that(Scopes.all().contains(scope), "/scopes", "has an unknown scope"));
        Instant expiresAt = body.expiresAt() == null ? null : parse(body.expiresAt());
        checks.that(body.expiresAt() == null || expiresAt != null, "/expires_at", "must be an RFC 3339 time");
        checks.done();
        Caller caller = call.caller();
        return mutations.run(
                call,
                draft -> {
                    TokenCommand command = new TokenCommand.Create(
                            Objects.requireNonNull(body.name()),
                            scopes,
                            body.resource(),
                            Objects.requireNonNullElse(expiresAt, draft.now().plus(DEFAULT_LIFE)));
                    Decision<TokenEvent> decision = TokenDecider.decide(
                            new TokenState.Absent(), command, facts(draft, caller, body.resource()));
                    switch (decision) {
                        case Decision.Refused<TokenEvent>(var problem) -> draft.refuse(problem);
                        case Decision.Accepted<TokenEvent>(var events) ->
                            events.forEach(event -> issue(draft, call, event));
                    }
                },
                reader(call));
    }

    private void issue(Draft draft, Call call, TokenEvent event) {
        if (event instanceof TokenEvent.Created created) {
            String id = draft.newId("tok");
            tokens.add(draft, id, created);
            Audit.allowed(draft, call, "token.create", id);
            draft.created().id("token", id).resource(id).change(Change.create("token", id, created.name()));
        }
    }

    private Reply revoke(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Token token = find(call);
                    draft.target(Token.key(token.row().id()), token.row().resourceVersion())
                            .id("token", token.row().id());
                    boolean changed = draft.decided(
                            TokenDecider.decide(
                                    token.state(), new TokenCommand.Revoke(), facts(draft, call.caller(), null)),
                            event -> Tokens.encode(token.row().id(), event));
                    if (changed) {
                        Audit.allowed(draft, call, "token.revoke", token.row().id());
                        draft.change(Change.delete("token", token.row().id(), token.name()));
                    }
                },
                reader(call));
    }

    private TokenDecider.Facts facts(Draft draft, Caller caller, @Nullable String resource) {
        return new TokenDecider.Facts(
                draft.now(),
                caller.scopes(),
                caller.reach(),
                caller.orgScopes().keySet(),
                Optional.ofNullable(resource).flatMap(owners::find));
    }

    private Token find(Call call) {
        return tokens.find(call.caller().actor().id(), call.pathParameter("token_id"))
                .orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader(Call call) {
        return id -> tokens.find(call.caller().actor().id(), id).map(Token::json);
    }

    private static @Nullable Instant parse(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
