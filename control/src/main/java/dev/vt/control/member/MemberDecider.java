package dev.vt.control.member;

import dev.vt.control.auth.Role;
import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;

/** Pure: only owners touch owners, and one always remains. */
final class MemberDecider {
    /**
     * @param byOwner whether who asks is an owner of the org
     * @param otherOwner whether the org has an owner besides this member
     */
    record Facts(boolean byOwner, boolean otherOwner) {}

    private MemberDecider() {}

    static Decision<MemberEvent> decide(MemberState state, MemberCommand command, Facts facts) {
        return switch (command) {
            case MemberCommand.Add add -> add(state, add, facts);
            case MemberCommand.ChangeRole(Role role) ->
                switch (state) {
                    case MemberState.Absent() ->
                        Decision.refuse(Refusals.notFound().problem());
                    case MemberState.Present(Role old) -> change(old, role, facts);
                    case MemberState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case MemberCommand.Remove() ->
                switch (state) {
                    case MemberState.Absent() ->
                        Decision.refuse(Refusals.notFound().problem());
                    case MemberState.Present(Role role) -> remove(role, facts);
                    case MemberState.Gone() -> Decision.unchanged();
                };
        };
    }

    private static Decision<MemberEvent> add(MemberState state, MemberCommand.Add add, Facts facts) {
        if (!(state instanceof MemberState.Absent)) {
            return Decision.refuse(ErrorCode.INVALID_STATE, "the member exists");
        }
        return add.role() == Role.OWNER && !facts.byOwner()
                ? ownersOnly()
                : Decision.accept(new MemberEvent.Added(add.userId(), add.email(), add.role()));
    }

    private static Decision<MemberEvent> change(Role old, Role role, Facts facts) {
        if (old == role) {
            return Decision.unchanged();
        }
        if ((old == Role.OWNER || role == Role.OWNER) && !facts.byOwner()) {
            return ownersOnly();
        }
        return old == Role.OWNER && !facts.otherOwner()
                ? lastOwner()
                : Decision.accept(new MemberEvent.RoleUpdated(old, role));
    }

    private static Decision<MemberEvent> remove(Role role, Facts facts) {
        if (role == Role.OWNER && !facts.byOwner()) {
            return ownersOnly();
        }
        return role == Role.OWNER && !facts.otherOwner() ? lastOwner() : Decision.accept(new MemberEvent.Removed());
    }

    private static Decision<MemberEvent> ownersOnly() {
        return Decision.refuse(ErrorCode.FORBIDDEN, "only an owner makes, changes or removes owners");
    }

    private static Decision<MemberEvent> lastOwner() {
        return Decision.refuse(ErrorCode.LAST_OWNER, "an org keeps at least one owner");
    }

    static MemberState evolve(MemberEvent event) {
        return switch (event) {
            case MemberEvent.Added added -> new MemberState.Present(added.role());
            case MemberEvent.RoleUpdated updated -> new MemberState.Present(updated.newRole());
            case MemberEvent.Removed() -> new MemberState.Gone();
        };
    }
}
