package dev.vt.control.quota;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.org.Orgs;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** HTTP: members read what holds, operators set it. */
final class QuotaHandlers {
    /** Body of a {@code PUT}: everything that shall hold. */
    record Set(
            @Nullable String tier,
            @Nullable Map<String, Long> limits,
            @Nullable String note) {}

    private record Setting(AggregateRow row, QuotaEvent event) {}

    private static final String PATH = "/v1/orgs/{org_id}/quotas";

    private final Mutations mutations;
    private final StateReader state;
    private final Orgs orgs;

    QuotaHandlers(Mutations mutations, StateReader state, Orgs orgs) {
        this.mutations = mutations;
        this.state = state;
        this.orgs = orgs;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("orgs:read");
        return List.of(
                Endpoint.get("quotas.get", PATH, read, this::get),
                Endpoint.put("quotas.set", PATH, Access.operator("cluster:admin"), this::set),
                Endpoint.get("usage.get", "/v1/orgs/{org_id}/usage", read, this::usage));
    }

    private Reply get(Call call) {
        return Reply.resource(json(call.org().orgId()));
    }

    private Reply set(Call call) {
        Set body = call.body(Set.class);
        Map<Dimension, Long> limits = checked(body);
        Tier tier =
                Tier.of(Objects.requireNonNullElse(body.tier(), "unlimited")).orElseThrow();
        String orgId = call.pathParameter("org_id");
        return mutations.run(
                call,
                draft -> {
                    if (orgs.json(orgId).filter(org -> !org.has("deleted_at")).isEmpty()) {
                        throw Refusals.notFound();
                    }
                    Optional<Setting> now = find(orgId);
                    draft.target(
                                    key(orgId),
                                    now.map(set -> set.row().resourceVersion()).orElse(0))
                            .require(
                                    new Precondition.Alive(new AggregateKey("org", orgId)),
                                    ErrorCode.NOT_FOUND,
                                    "the org is gone")
                            .resource(orgId);
                    boolean changed = draft.decided(
                            QuotaDecider.decide(now.map(Setting::event), new QuotaEvent(tier, limits, body.note())),
                            event -> new NewEvent(
                                    key(orgId), QuotaEvent.SET, Owner.org(orgId), QuotaEventCodec.payload(event)));
                    if (changed) {
                        Audit.allowed(draft, call, "quota.set", orgId);
                        draft.change(Change.update("quota", orgId, tier.text(), "set"));
                    }
                },
                id -> Optional.of(json(id)));
    }

    private static Map<Dimension, Long> checked(Set body) {
        Checks checks = new Checks().text("/note", body.note(), 500);
        if (body.tier() != null) {
            checks.that(Tier.of(body.tier()).isPresent(), "/tier", "must be unlimited, small or standard");
        }
        Map<Dimension, Long> limits = new EnumMap<>(Dimension.class);
        Objects.requireNonNullElse(body.limits(), Map.<String, Long>of()).forEach((name, limit) -> {
            Optional<Dimension> dimension = Dimension.of(name);
            checks.that(dimension.isPresent(), "/limits/" + name, "is not a dimension")
                    .between("/limits/" + name, limit, 0, Long.MAX_VALUE / 4);
            dimension.ifPresent(known -> limits.put(known, Objects.requireNonNullElse(limit, 0L)));
        });
        checks.done();
        return limits;
    }

    private Optional<Setting> find(String orgId) {
        return state.read(handle -> handle.createQuery("SELECT * FROM quota_settings WHERE id = :org")
                .bind("org", orgId)
                .map((row, context) -> {
                    ObjectNode payload = Json.object().put("tier", row.getString("tier"));
                    payload.set("limits", Json.parse(row.getString("limits")));
                    if (row.getString("note") != null) {
                        payload.put("note", row.getString("note"));
                    }
                    return new Setting(AggregateRow.of(row), QuotaEventCodec.parse(payload));
                })
                .findOne());
    }

    /** With version 0 as long as none was set, so that {@code If-Match} can be sent for the first. */
    private ObjectNode json(String orgId) {
        Optional<Setting> set = find(orgId);
        QuotaEvent event = set.map(Setting::event).orElse(new QuotaEvent(Tier.UNLIMITED, Map.of(), null));
        ObjectNode out = Json.object()
                .put("org_id", orgId)
                .put("tier", event.tier().text())
                .put("note", event.note())
                .put("resource_version", set.map(s -> s.row().resourceVersion()).orElse(0));
        ObjectNode own = out.putObject("limits");
        event.limits().forEach((dimension, limit) -> own.put(dimension.text(), limit));
        ObjectNode effective = out.putObject("effective");
        event.tier().with(event.limits()).forEach((dimension, limit) -> effective.put(dimension.text(), limit));
        set.ifPresent(s -> out.put("updated_at", s.row().updatedAt().toString()));
        return out;
    }

    private Reply usage(Call call) {
        String orgId = call.org().orgId();
        Quotas.Standing standing = state.read(handle -> Quotas.of(handle, orgId));
        ObjectNode out = Json.object().put("org_id", orgId);
        ArrayNode items = out.putArray("items");
        for (Dimension dimension : Dimension.values()) {
            items.addObject()
                    .put("dimension", dimension.text())
                    .put("used", standing.usage().getOrDefault(dimension.text(), 0L))
                    .put("limit", standing.limits().get(dimension.text()));
        }
        return Reply.ok(out);
    }

    private static AggregateKey key(String orgId) {
        return new AggregateKey("quota", orgId);
    }
}
