package dev.vt.control.user;

import dev.vt.control.audit.Audit;
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
import dev.vt.eventlog.Precondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** HTTP, for operators: parse, dispatch, view. */
final class UserHandlers {
    /** Body of a creation. */
    record Create(
            @Nullable String email,
            @Nullable String displayName,
            @Nullable Boolean operator) {}

    /** Body of {@code invite}. */
    record Invite(@Nullable Boolean forgetAuthenticator) {}

    /** Body of {@code disable}. */
    record Disable(@Nullable String reason) {}

    /** Body of {@code operator}. */
    record Operator(@Nullable Boolean operator) {}

    private static final String PATH = "/v1/users";
    private static final String ITEM = PATH + "/{user_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Users users;
    private final Invitations invitations;
    private final RoleChanges roles;

    UserHandlers(Mutations mutations, StateReader state, Users users, Invitations invitations, RoleChanges roles) {
        this.mutations = mutations;
        this.state = state;
        this.users = users;
        this.invitations = invitations;
        this.roles = roles;
    }

    List<Endpoint> endpoints() {
        Access read = Access.operator("cluster:read");
        Access admin = Access.operator("cluster:admin");
        return List.of(
                Endpoint.list("users.list", PATH, read, Set.of("email"), this::list),
                Endpoint.post("users.create", PATH, admin, this::create),
                Endpoint.get(
                        "users.get",
                        ITEM,
                        read,
                        call -> Reply.resource(find(call).json())),
                Endpoint.patch("users.update", ITEM, admin, this::update),
                Endpoint.post("users.invite", ITEM + "/invite", admin, this::invite),
                Endpoint.post("users.disable", ITEM + "/disable", admin, this::disable),
                Endpoint.post(
                        "users.enable",
                        ITEM + "/enable",
                        admin,
                        call -> change(call, "user.enable", "enabled", user -> new UserCommand.Enable())),
                Endpoint.post("users.operator", ITEM + "/operator", admin, this::operator));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("users")
                .filter(call, "email")
                .page(call, handle, (row, context) -> User.of(row).json()));
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        String email = Emails.normal(body.email());
        String displayName = Objects.requireNonNullElse(body.displayName(), "");
        new Checks()
                .that(Emails.valid(email), "/email", "must be an address")
                .text("/display_name", displayName, 200)
                .done();
        boolean operator = Boolean.TRUE.equals(body.operator());
        return mutations.run(
                call,
                draft -> {
                    String id = draft.newId("usr");
                    draft.expect(User.key(id), 0);
                    Users.claimEmail(draft, id, email);
                    UserCommand.Create command = new UserCommand.Create(email, displayName, operator);
                    draft.decided(
                            UserDecider.decide(new UserState.Absent(), command, true),
                            event -> Users.encode(id, event));
                    inviteTo(
                            draft,
                            new Invitations.Invitation(id, false),
                            new UserState.Active(new UserState.Profile(email, displayName, operator)));
                    Audit.allowed(draft, call, "user.create", id);
                    draft.created().id("user", id).resource(id).change(Change.create("user", id, email));
                },
                reader());
    }

    private void inviteTo(Draft draft, Invitations.Invitation invitation, UserState user) {
        String id = invitation.userId();
        UserCommand.Invite command = new UserCommand.Invite(draft.now().plus(Invitations.LIFE));
        if (draft.decided(UserDecider.decide(user, command, true), event -> Users.encode(id, event))) {
            invitations.issue(draft, invitation, command.expiresAt());
        }
    }

    private Reply update(Call call) {
        Patch patch = call.patch("email", "display_name");
        return mutations.run(
                call,
                draft -> {
                    User user = find(call);
                    String email = Emails.normal(patch.requiredText("email", user.email()));
                    String name = Objects.requireNonNullElse(patch.text("display_name", user.displayName()), "");
                    new Checks()
                            .that(Emails.valid(email), "/email", "must be an address")
                            .text("/display_name", name, 200)
                            .done();
                    decide(call, draft, user, "user.update", "updated", new UserCommand.Update(email, name));
                    if (!email.equals(user.email())) {
                        draft.require(new Precondition.Release("user_email", user.email(), user.key()));
                        Users.claimEmail(draft, user.id(), email);
                    }
                },
                reader());
    }

    private Reply invite(Call call) {
        boolean forget = call.bodyBytes().length > 0
                && Boolean.TRUE.equals(call.body(Invite.class).forgetAuthenticator());
        return mutations.run(
                call,
                draft -> {
                    User user = find(call);
                    draft.target(user.key(), user.row().resourceVersion());
                    inviteTo(draft, new Invitations.Invitation(user.id(), forget), user.state());
                    Audit.allowed(draft, call, "user.invite", user.id());
                    draft.id("user", user.id())
                            .resource(user.id())
                            .change(Change.update("user", user.id(), user.email(), "invited"));
                },
                reader());
    }

    private Reply disable(Call call) {
        String reason = call.bodyBytes().length == 0
                ? ""
                : Objects.requireNonNullElse(call.body(Disable.class).reason(), "");
        new Checks().text("/reason", reason, 200).done();
        return change(call, "user.disable", "disabled", user -> new UserCommand.Disable(reason));
    }

    private Reply operator(Call call) {
        Operator body = call.body(Operator.class);
        new Checks().required("/operator", body.operator()).done();
        boolean operator = Boolean.TRUE.equals(body.operator());
        return change(
                call,
                "user.operator",
                operator ? "made an operator" : "no operator any more",
                user -> new UserCommand.SetOperator(operator));
    }

    private Reply change(Call call, String action, String summary, Function<User, UserCommand> command) {
        return mutations.run(
                call,
                draft -> {
                    User user = find(call);
                    decide(call, draft, user, action, summary, command.apply(user));
                },
                reader());
    }

    private void decide(Call call, Draft draft, User user, String action, String summary, UserCommand command) {
        Optional<User> other = users.otherOperator(user.id());
        draft.target(user.key(), user.row().resourceVersion())
                .id("user", user.id())
                .resource(user.id());
        boolean changed = draft.decided(
                UserDecider.decide(user.state(), command, other.isPresent()), event -> Users.encode(user.id(), event));
        if (changed) {
            if (user.operator()) {
                // Whoever is counted on to stay must not go at the same time.
                other.ifPresent(
                        operator -> draft.expect(operator.key(), operator.row().resourceVersion()));
            }
            if (command instanceof UserCommand.SetOperator) {
                roles.changed(draft, user.id());
            }
            Audit.allowed(draft, call, action, user.id());
            draft.change(Change.update("user", user.id(), user.email(), summary));
        }
    }

    private User find(Call call) {
        return users.find(call.pathParameter("user_id")).orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader() {
        return id -> users.find(id).map(User::json);
    }
}
