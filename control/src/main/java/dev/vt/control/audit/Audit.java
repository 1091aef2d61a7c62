package dev.vt.control.audit;

import dev.vt.control.feature.Draft;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import java.util.Set;

/** Adds {@code audit.recorded} to a draft. */
public final class Audit {
    public static final String RECORDED = "audit.recorded";

    private Audit() {}

    /**
     * @param action {@code <noun>.<verb>}
     * @param resource id of what it was done to
     */
    public static void allowed(Draft draft, Call call, String action, String resource) {
        Set<String> scopes = call.endpoint().access() instanceof Access.Anonymous
                ? Set.of()
                : call.caller().scopes();
        Owner owner = call.endpoint().access() instanceof Access.InOrg
                ? Owner.org(call.org().orgId())
                : Owner.NONE;
        allowed(
                draft,
                owner,
                AuditEntry.allowed(
                        action,
                        resource,
                        scopes,
                        call.remoteAddress(),
                        call.header("user-agent").orElse("")));
    }

    public static void allowed(Draft draft, Owner owner, AuditEntry entry) {
        draft.append(new NewEvent(new AggregateKey("audit", draft.newId("aud")), RECORDED, owner, entry.payload()));
    }

    /** Something a node or an edge asked for; the draft's actor is the member. */
    public static void byMember(Draft draft, Owner owner, String action, String resource, boolean allowed) {
        // Members are known by their certificates; the address says nothing more.
        allowed(
                draft,
                owner,
                new AuditEntry(action, resource, allowed, allowed ? "applied" : "refused", Set.of(), "unknown", "", 0));
    }
}
