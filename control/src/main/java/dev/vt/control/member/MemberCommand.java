package dev.vt.control.member;

import dev.vt.control.auth.Role;
import org.jspecify.annotations.Nullable;

/** What may be asked of a member; the address is already checked for its form. */
sealed interface MemberCommand {
    /** @param userId null if nobody has this address yet */
    record Add(@Nullable String userId, String email, Role role) implements MemberCommand {}

    record ChangeRole(Role role) implements MemberCommand {}

    record Remove() implements MemberCommand {}
}
