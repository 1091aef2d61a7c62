package dev.vt.control.org;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Role;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Caller;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Optional;

/** What other nouns may know of orgs, and how the bootstrap makes the first one. Thread-safe. */
public final class Orgs {
    /** One org a user belongs to. */
    public record Membership(String orgId, String orgName, String role) {}

    private final StateReader state;

    public Orgs(StateReader state) {
        this.state = state;
    }

    /** Also one that was deleted. The caller was found to belong to it. */
    Optional<Org> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM orgs WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> Org.of(row))
                .findOne());
    }

    public Optional<ObjectNode> json(String id) {
        return find(id).map(Org::json);
    }

    /** The caller's orgs that are not deleted, as far as the token reaches, by id. */
    public List<Membership> memberships(Caller caller) {
        return state
                .read(handle -> handle.createQuery("""
                                SELECT m.org_id, o.name, m.role
                                FROM org_members m JOIN orgs o ON o.id = m.org_id
                                WHERE m.user_id = :user AND m.deleted_at IS NULL AND o.deleted_at IS NULL
                                ORDER BY m.org_id""")
                        .bind("user", caller.actor().id())
                        .map((row, context) ->
                                new Membership(row.getString("org_id"), row.getString("name"), row.getString("role")))
                        .list())
                .stream()
                .filter(membership -> caller.belongsTo(membership.orgId()))
                .toList();
    }

    /** Adds a new org with its first owner to a draft; the name must be well-formed. */
    public String create(Draft draft, String name, String userId, String email) {
        String id = draft.newId("org");
        AggregateKey org = Org.key(id);
        draft.expect(org, 0);
        claimName(draft, name, org);
        draft.decided(
                OrgDecider.decide(new OrgState.Absent(), new OrgCommand.Create(name)), event -> encode(org, event));
        addMember(draft, id, userId, email, Role.OWNER);
        draft.id("org", id).change(Change.create("org", id, name));
        return id;
    }

    private static void addMember(Draft draft, String orgId, String userId, String email, Role role) {
        AggregateKey member = new AggregateKey("org_member", draft.newId("mem"));
        draft.expect(member, 0)
                .require(
                        new Precondition.Claim("org_member_email:" + orgId, email, member),
                        ErrorCode.NAME_TAKEN,
                        "the org has a member with this address")
                .append(new NewEvent(
                        member,
                        "org_member.added",
                        Owner.org(orgId),
                        Json.object().put("user_id", userId).put("email", email).put("role", role.text())));
    }

    static void claimName(Draft draft, String name, AggregateKey org) {
        draft.require(
                new Precondition.Claim("org_name", name, org),
                ErrorCode.NAME_TAKEN,
                "there is another org named " + name);
    }

    static NewEvent encode(AggregateKey org, OrgEvent event) {
        return new NewEvent(org, OrgEventCodec.type(event), Owner.org(org.id()), OrgEventCodec.payload(event));
    }
}
