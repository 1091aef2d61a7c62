package dev.vt.control.member;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.auth.Role;
import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemberDeciderTest {
    private static final MemberState OWNER = new MemberState.Present(Role.OWNER);
    private static final MemberState DEVELOPER = new MemberState.Present(Role.DEVELOPER);

    private static Decision<MemberEvent> decide(
            MemberState state, MemberCommand command, boolean byOwner, boolean otherOwner) {
        return MemberDecider.decide(state, command, new MemberDecider.Facts(byOwner, otherOwner));
    }

    private static @Nullable ErrorCode refusal(Decision<MemberEvent> decision) {
        return decision instanceof Decision.Refused<MemberEvent>(var problem) ? problem.code() : null;
    }

    @Test
    void oneOwnerRemains() {
        MemberCommand demote = new MemberCommand.ChangeRole(Role.ADMIN);

        assertThat(refusal(decide(OWNER, demote, true, false))).isEqualTo(ErrorCode.LAST_OWNER);
        assertThat(refusal(decide(OWNER, new MemberCommand.Remove(), true, false)))
                .isEqualTo(ErrorCode.LAST_OWNER);
        assertThat(decide(OWNER, demote, true, true))
                .isEqualTo(Decision.accept(new MemberEvent.RoleUpdated(Role.OWNER, Role.ADMIN)));
        assertThat(decide(OWNER, new MemberCommand.Remove(), true, true))
                .isEqualTo(Decision.accept(new MemberEvent.Removed()));
    }

    @Test
    void onlyOwnersTouchOwners() {
        MemberCommand add = new MemberCommand.Add(null, "a@example.com", Role.OWNER);

        assertThat(refusal(decide(new MemberState.Absent(), add, false, true))).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(decide(OWNER, new MemberCommand.Remove(), false, true)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(decide(OWNER, new MemberCommand.ChangeRole(Role.READONLY), false, true)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal(decide(DEVELOPER, new MemberCommand.ChangeRole(Role.OWNER), false, true)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(decide(DEVELOPER, new MemberCommand.ChangeRole(Role.ADMIN), false, true))
                .isEqualTo(Decision.accept(new MemberEvent.RoleUpdated(Role.DEVELOPER, Role.ADMIN)));
    }

    @Test
    void askingForWhatHoldsChangesNothing() {
        assertThat(decide(DEVELOPER, new MemberCommand.ChangeRole(Role.DEVELOPER), false, true))
                .isEqualTo(Decision.unchanged());
        assertThat(decide(new MemberState.Gone(), new MemberCommand.Remove(), false, true))
                .isEqualTo(Decision.unchanged());
    }

    @Test
    void replayGivesTheState() {
        assertThat(MemberDecider.evolve(new MemberEvent.Added(null, "a@example.com", Role.ADMIN)))
                .isEqualTo(new MemberState.Present(Role.ADMIN));
        assertThat(MemberDecider.evolve(new MemberEvent.RoleUpdated(Role.ADMIN, Role.READONLY)))
                .isEqualTo(new MemberState.Present(Role.READONLY));
        assertThat(MemberDecider.evolve(new MemberEvent.Removed())).isEqualTo(new MemberState.Gone());
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(MemberFeature.class, "member");
        Stream.of(
                        new MemberEvent.Added("usr_00000000000000000000000000", "a@example.com", Role.OWNER),
                        new MemberEvent.RoleUpdated(Role.ADMIN, Role.READONLY),
                        new MemberEvent.Removed())
                .forEach(event -> {
                    String type = MemberEventCodec.type(event);
                    goldens.check(type, "", MemberEventCodec.payload(event));
                    assertThat(MemberEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.checkComplete();
    }
}
