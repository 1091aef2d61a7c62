package dev.vt.control.member;

import dev.vt.control.audit.Audit;
import dev.vt.control.auth.Role;
import dev.vt.control.auth.RoleChanges;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.ResourceReader;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Patch;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.user.Emails;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Precondition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class MemberHandlers {
    /** Body of an addition. */
    record Add(@Nullable String email, @Nullable String role) {}

    private static final String PATH = "/v1/orgs/{org_id}/members";
    private static final String ITEM = PATH + "/{member_id}";
    private static final Set<String> ROLES =
            Stream.of(Role.values()).map(Role::text).collect(Collectors.toSet());

    private final Mutations mutations;
    private final StateReader state;
    private final Members members;
    private final Users users;
    private final RoleChanges roles;

    MemberHandlers(Mutations mutations, StateReader state, Members members, Users users, RoleChanges roles) {
        this.mutations = mutations;
        this.state = state;
        this.members = members;
        this.users = users;
        this.roles = roles;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("orgs:read");
        Access admin = Access.org("orgs:admin");
        return List.of(
                Endpoint.list("members.list", PATH, read, Set.of("email", "include_deleted"), this::list),
                Endpoint.post("members.add", PATH, admin, this::add),
                Endpoint.get("members.get", ITEM, read, this::get),
                Endpoint.patch("members.update", ITEM, admin, this::update),
                Endpoint.delete("members.remove", ITEM, admin, this::remove));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("org_members")
                .in(call.org())
                .filter(call, "email")
                .live(call)
                .page(call, handle, (row, context) -> Member.of(row).json()));
    }

    private Reply get(Call call) {
        Member member = find(call);
        if (member.row().deleted()) {
            throw Refusals.deleted();
        }
        return Reply.resource(member.json());
    }

    private Reply add(Call call) {
        Add body = call.body(Add.class);
        String email = Emails.normal(body.email());
        new Checks()
                .that(Emails.valid(email), "/email", "must be an address")
                .oneOf("/role", body.role(), ROLES)
                .done();
        Role role = Role.of(String.valueOf(body.role())).orElseThrow();
        String orgId = call.org().orgId();
        return mutations.run(
                call,
                draft -> {
                    draft.require(new Precondition.Alive(new AggregateKey("org", orgId)));
                    String userId = users.byEmail(email).map(User::id).orElse(null);
                    String id = Members.add(
                            draft, orgId, new MemberCommand.Add(userId, email, role), facts(call, Optional.empty()));
                    roleChanges(draft, userId, email);
                    Audit.allowed(draft, call, "member.add", id);
                    draft.created().id("member", id).resource(id);
                },
                reader(call));
    }

    private Reply update(Call call) {
        Patch patch = call.patch("role");
        return mutations.run(
                call,
                draft -> {
                    Member member = find(call);
                    String wanted = patch.requiredText("role", member.role().text());
                    new Checks().oneOf("/role", wanted, ROLES).done();
                    decide(
                            call,
                            draft,
                            member,
                            new MemberCommand.ChangeRole(Role.of(wanted).orElseThrow()));
                },
                reader(call));
    }

    private Reply remove(Call call) {
        return mutations.run(
                call, draft -> decide(call, draft, find(call), new MemberCommand.Remove()), id -> Optional.empty());
    }

    private void decide(Call call, Draft draft, Member member, MemberCommand command) {
        String orgId = call.org().orgId();
        draft.target(member.key(), member.row().resourceVersion())
                .id("member", member.id())
                .resource(member.id());
        Optional<Member> other = members.otherOwner(call.org(), member.id());
        boolean changed = draft.decided(
                MemberDecider.decide(member.state(), command, facts(call, other)),
                event -> Members.encode(orgId, member.id(), event));
        if (!changed) {
            return;
        }
        if (member.role() == Role.OWNER) {
            // Whoever is counted on to stay must not go at the same time.
            other.ifPresent(owner -> draft.expect(owner.key(), owner.row().resourceVersion()));
        }
        boolean removal = command instanceof MemberCommand.Remove;
        if (removal) {
            draft.require(new Precondition.ReleaseAll(member.key()))
                    .change(Change.delete("member", member.id(), member.email()));
        } else {
            draft.change(Change.update("member", member.id(), member.email(), "role changed"));
        }
        roleChanges(draft, member.userId(), member.email());
        Audit.allowed(draft, call, removal ? "member.remove" : "member.update", member.id());
    }

    /** Who was added before they were a user is known by the address. */
    private void roleChanges(Draft draft, @Nullable String userId, String email) {
        Optional.ofNullable(userId)
                .or(() -> users.byEmail(email).map(User::id))
                .ifPresent(person -> roles.changed(draft, person));
    }

    private static MemberDecider.Facts facts(Call call, Optional<Member> otherOwner) {
        return new MemberDecider.Facts(call.caller().owns(call.org().orgId()), otherOwner.isPresent());
    }

    private Member find(Call call) {
        return members.find(call.org(), call.pathParameter("member_id")).orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader(Call call) {
        return id -> members.find(call.org(), id).map(Member::json);
    }
}
