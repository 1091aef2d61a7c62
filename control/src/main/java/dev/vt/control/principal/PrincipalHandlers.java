package dev.vt.control.principal;

import dev.vt.control.audit.Audit;
import dev.vt.control.auth.Owners;
import dev.vt.control.auth.Scopes;
import dev.vt.control.auth.TokenSecrets;
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
import dev.vt.control.http.Patch;
import dev.vt.control.http.Reach;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.session.Passwords;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Ids;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class PrincipalHandlers {
    /** Body of a creation. */
    record Create(
            @Nullable String name,
            @Nullable List<String> scopes,
            @Nullable String resource) {}

    /** Body of a rotation. */
    record Rotate(@Nullable Integer overlapSeconds) {}

    private static final String PATH = "/v1/orgs/{org_id}/service-principals";
    private static final String ITEM = PATH + "/{principal_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Principals principals;
    private final Owners owners;
    private final Passwords passwords;
    private final SecureRandom random;

    PrincipalHandlers(
            Mutations mutations, StateReader state, Principals principals, Passwords passwords, SecureRandom random) {
        this.mutations = mutations;
        this.state = state;
        this.principals = principals;
        this.owners = new Owners(state);
        this.passwords = passwords;
        this.random = random;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("orgs:read");
        Access admin = Access.org("orgs:admin");
        return List.of(
                Endpoint.list("service_principals.list", PATH, read, Set.of("name", "include_deleted"), this::list),
                Endpoint.post("service_principals.create", PATH, admin, this::create),
                Endpoint.get("service_principals.get", ITEM, read, this::get),
                Endpoint.patch("service_principals.update", ITEM, admin, this::update),
                Endpoint.delete("service_principals.delete", ITEM, admin, this::delete),
                Endpoint.post("service_principals.rotate", ITEM + "/rotate", admin, this::rotate));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("service_principals")
                .in(call.org())
                .filter(call, "name")
                .live(call)
                .page(call, handle, (row, context) -> Principal.of(row).json()));
    }

    private Reply get(Call call) {
        Principal principal = find(call);
        if (principal.row().deleted()) {
            throw Refusals.deleted();
        }
        return Reply.resource(principal.json());
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        Set<String> scopes = new TreeSet<>(Objects.requireNonNullElse(body.scopes(), List.of()));
        Checks checks = new Checks().name("/name", body.name());
        checkScopes(checks, scopes).done();
        String name = Objects.requireNonNull(body.name());
        String orgId = call.org().orgId();
        String secret = TokenSecrets.next(TokenSecrets.CLIENT, random);
        String hash = passwords.hash(secret);
        return mutations.run(
                call,
                draft -> {
                    String id = draft.newId("sp");
                    String clientId = draft.newId("cid");
                    AggregateKey key = Principal.key(id);
                    draft.require(new Precondition.Alive(new AggregateKey("org", orgId)))
                            .expect(key, 0)
                            .require(
                                    new Precondition.Claim("service_principal_name:" + orgId, name, key),
                                    ErrorCode.NAME_TAKEN,
                                    "the org has another service principal named " + name);
                    draft.decided(
                            PrincipalDecider.decide(
                                    new PrincipalState.Absent(),
                                    new PrincipalCommand.Create(name, clientId, scopes, body.resource()),
                                    facts(draft, call, body.resource())),
                            event -> Principals.encode(orgId, id, event));
                    principals.keepSecret(draft, id, clientId, draft.newId("cred"), hash, null);
                    Audit.allowed(draft, call, "service_principal.create", id);
                    draft.created()
                            .id("service_principal", id)
                            .resource(id)
                            .secret(secret)
                            .change(Change.create("service_principal", id, name));
                },
                reader(call));
    }

    private static Checks checkScopes(Checks checks, Set<String> scopes) {
        checks.that(!scopes.isEmpty(), "/scopes", "must name at least one scope");
        scopes.forEach(scope -> checks.that(Scopes.all().contains(scope), "/scopes", "has an unknown scope"));
        return checks;
    }

    private Reply update(Call call) {
        Patch patch = call.patch("scopes", "resource");
        return mutations.run(
                call,
                draft -> {
                    Principal principal = find(call);
                    Set<String> scopes = new TreeSet<>(patch.texts("scopes", List.copyOf(principal.scopes())));
                    checkScopes(new Checks(), scopes).done();
                    String resource = patch.text("resource", principal.resource());
                    decide(
                            call,
                            draft,
                            principal,
                            new PrincipalCommand.SetScopes(scopes, resource),
                            resource,
                            "service_principal.update");
                },
                reader(call));
    }

    private Reply rotate(Call call) {
        Rotate body = call.bodyBytes().length == 0 ? new Rotate(null) : call.body(Rotate.class);
        long seconds = body.overlapSeconds() == null ? 0 : body.overlapSeconds();
        new Checks()
                .between("/overlap_seconds", seconds, 0, PrincipalDecider.MAX_OVERLAP.toSeconds())
                .done();
        Duration overlap = Duration.ofSeconds(seconds);
        String secret = TokenSecrets.next(TokenSecrets.CLIENT, random);
        String hash = passwords.hash(secret);
        return mutations.run(
                call,
                draft -> {
                    Principal principal = find(call);
                    String credentialId = draft.newId("cred");
                    boolean changed = decide(
                            call,
                            draft,
                            principal,
                            new PrincipalCommand.Rotate(draft.newId("rot"), credentialId, overlap),
                            principal.resource(),
                            "service_principal.rotate");
                    if (changed) {
                        principals.keepSecret(
                                draft,
                                principal.id(),
                                principal.clientId(),
                                credentialId,
                                hash,
                                overlap.isZero() ? null : draft.now().plus(overlap));
                        draft.secret(secret);
                    }
                },
                reader(call));
    }

    private Reply delete(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Principal principal = find(call);
                    boolean changed = decide(
                            call, draft, principal, new PrincipalCommand.Delete(), null, "service_principal.delete");
                    if (changed) {
                        draft.require(new Precondition.ReleaseAll(principal.key()));
                        Principals.forgetSecrets(draft, principal.clientId());
                    }
                },
                id -> Optional.empty());
    }

    private boolean decide(
            Call call,
            Draft draft,
            Principal principal,
            PrincipalCommand command,
            @Nullable String resource,
            String action) {
        draft.target(principal.key(), principal.row().resourceVersion())
                .id("service_principal", principal.id())
                .resource(principal.id());
        boolean changed = draft.decided(
                PrincipalDecider.decide(principal.state(), command, facts(draft, call, resource)),
                event -> Principals.encode(call.org().orgId(), principal.id(), event));
        if (changed) {
            Audit.allowed(draft, call, action, principal.id());
            draft.change(
                    command instanceof PrincipalCommand.Delete
                            ? Change.delete("service_principal", principal.id(), principal.name())
                            : Change.update("service_principal", principal.id(), principal.name(), "changed"));
        }
        return changed;
    }

    private PrincipalDecider.Facts facts(Draft draft, Call call, @Nullable String resource) {
        Caller caller = call.caller();
        String orgId = call.org().orgId();
        Set<String> grantable = new TreeSet<>(caller.orgScopes().getOrDefault(orgId, Set.of()));
        if (caller.operator()) {
            grantable.addAll(Scopes.ofOperators());
        }
        grantable.retainAll(caller.scopes());
        return new PrincipalDecider.Facts(draft.now(), grantable, visible(caller, orgId, resource));
    }

    private boolean visible(Caller caller, String orgId, @Nullable String resource) {
        if (resource == null) {
            return true;
        }
        boolean bindable = Stream.of("org", "prj", "app", "env").anyMatch(prefix -> Ids.isValid(prefix, resource));
        Reach reach = caller.reach();
        return bindable
                && owners.find(resource)
                        .filter(owner -> orgId.equals(owner.orgId()))
                        .filter(owner -> reach == null || reach.place(owner) == Reach.Place.INSIDE)
                        .isPresent();
    }

    private Principal find(Call call) {
        return principals.find(call.org(), call.pathParameter("principal_id")).orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader(Call call) {
        return id -> principals.find(call.org(), id).map(Principal::json);
    }
}
