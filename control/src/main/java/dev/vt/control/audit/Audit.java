package dev.vt.control.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Draft;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Caller;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.util.TreeSet;

/** Adds {@code audit.recorded} to a draft. */
public final class Audit {
    public static final String RECORDED = "audit.recorded";

    private Audit() {}

    /**
     * @param action {@code <noun>.<verb>}
     * @param resource id of what it was done to
     */
    public static void allowed(Draft draft, Call call, String action, String resource) {
        ObjectNode payload = Json.object()
                .put("action", action)
                .put("resource", resource)
                .put("decision", "allow")
                .put("result", "applied");
        ArrayNode scopes = payload.putArray("scopes");
        if (!(call.endpoint().access() instanceof Access.Anonymous)) {
            Caller caller = call.caller();
            new TreeSet<>(caller.scopes()).forEach(scopes::add);
        }
        payload.put("source_net", SourceNet.of(call.remoteAddress()));
        call.header("user-agent").ifPresent(agent -> payload.put("user_agent", printable(agent)));
        Owner owner = call.endpoint().access() instanceof Access.InOrg
                ? Owner.org(call.org().orgId())
                : Owner.NONE;
        draft.append(new NewEvent(new AggregateKey("audit", draft.newId("aud")), RECORDED, owner, payload));
    }

    /** Something a node or an edge asked for; the draft's actor is the member. */
    public static void byMember(Draft draft, Owner owner, String action, String resource, boolean allowed) {
        ObjectNode payload = Json.object()
                .put("action", action)
                .put("resource", resource)
                .put("decision", allowed ? "allow" : "deny")
                .put("result", allowed ? "applied" : "refused");
        payload.putArray("scopes");
        // Members are known by their certificates; the address says nothing more.
        payload.put("source_net", "unknown");
        draft.append(new NewEvent(new AggregateKey("audit", draft.newId("aud")), RECORDED, owner, payload));
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().limit(200).filter(c -> c >= 0x20 && c < 0x7f).forEach(c -> out.append((char) c));
        return out.toString();
    }
}
