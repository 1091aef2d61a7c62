package dev.vt.control.member;

import dev.vt.control.auth.Role;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.Optional;

/** What other nouns may know of members, and how an org gets its first. Thread-safe. */
public final class Members {
    private final StateReader state;

    public Members(StateReader state) {
        this.state = state;
    }

    /** Also one that was removed. */
    Optional<Member> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM org_members WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> Member.of(row))
                .findOne());
    }

    /** Any owner of the org but this one. */
    Optional<Member> otherOwner(OrgScope org, String memberId) {
        return state.read(handle -> handle.createQuery("""
                        SELECT * FROM org_members
                        WHERE org_id = :org AND id <> :id AND role = 'owner' AND deleted_at IS NULL
                        ORDER BY id LIMIT 1""")
                .bind("org", org.orgId())
                .bind("id", memberId)
                .map((row, context) -> Member.of(row))
                .findOne());
    }

    /** Puts the first owner of a new org into the org's batch. */
    public void addFirstOwner(Draft draft, String orgId, String userId, String email) {
        add(draft, orgId, new MemberCommand.Add(userId, email, Role.OWNER), new MemberDecider.Facts(true, false));
    }

    /** @return the new member's id */
    static String add(Draft draft, String orgId, MemberCommand.Add command, MemberDecider.Facts facts) {
        String id = draft.newId("mem");
        AggregateKey member = Member.key(id);
        draft.expect(member, 0)
                .require(
                        new Precondition.Claim("org_member_email:" + orgId, command.email(), member),
                        ErrorCode.NAME_TAKEN,
                        "the org has a member with this address");
        draft.decided(
                MemberDecider.decide(new MemberState.Absent(), command, facts), event -> encode(orgId, id, event));
        draft.change(Change.create("member", id, command.email()));
        return id;
    }

    static NewEvent encode(String orgId, String id, MemberEvent event) {
        return new NewEvent(
                Member.key(id), MemberEventCodec.type(event), Owner.org(orgId), MemberEventCodec.payload(event));
    }
}
