package dev.vt.control.org;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Caller;
import dev.vt.control.member.Members;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Optional;

/** What other nouns may know of orgs, and how the bootstrap makes the first one. Thread-safe. */
public final class Orgs {
    /** One org a user belongs to. */
    public record Membership(String orgId, String orgName, String role) {}

    private final StateReader state;
    private final Members members;

    public Orgs(StateReader state, Members members) {
        this.state = state;
        this.members = members;
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
        return caller.orgScopes().keySet().stream()
                .sorted()
                .flatMap(id -> find(id).stream())
                .filter(org -> !org.row().deleted() && caller.belongsTo(org.id()))
                .map(org -> new Membership(org.id(), org.name(), caller.roles().getOrDefault(org.id(), "")))
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
        members.addFirstOwner(draft, id, userId, email);
        draft.id("org", id).change(Change.create("org", id, name));
        return id;
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
