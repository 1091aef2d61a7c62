package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.cluster.Cluster;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.config.ConfigSchema.Reading;
import dev.vt.control.config.ConfigSchema.Violation;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.Mutations;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.PageRequest;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** HTTP: the configuration, its revisions and what is in force, for operators. */
final class ConfigHandlers {
    /** @param document whole; what it leaves out takes its default */
    record SetRequest(
            @Nullable ObjectNode document, @Nullable String comment) {}

    record ValidateRequest(@Nullable ObjectNode document) {}

    record RollbackRequest(
            @Nullable Long toRevision, @Nullable String comment) {}

    private static final String CONFIG = "/v1/cluster/config";
    private static final int MAX_COMMENT = 500;

    private final Mutations mutations;
    private final Clusters clusters;
    private final ConfigRevisions revisions;
    private final ConfigWatch watch;
    private final BooleanSupplier raft;
    private final ConfigStatus status;

    ConfigHandlers(
            Mutations mutations,
            Clusters clusters,
            ConfigRevisions revisions,
            ConfigWatch watch,
            BooleanSupplier raft,
            ConfigStatus status) {
        this.mutations = mutations;
        this.clusters = clusters;
        this.revisions = revisions;
        this.watch = watch;
        this.raft = raft;
        this.status = status;
    }

    List<Endpoint> endpoints() {
        Access read = Access.operator("cluster:read");
        Access admin = Access.operator("cluster:admin");
        return List.of(
                Endpoint.get("config.get", CONFIG, read, this::get),
                Endpoint.put("config.set", CONFIG, admin, this::set),
                Endpoint.post("config.validate", CONFIG + "/validate", read, this::validate)
                        .withoutKey(),
                Endpoint.post("config.rollback", CONFIG + "/rollback", admin, this::rollback),
                Endpoint.list("config.versions.list", CONFIG + "/versions", read, Set.of(), this::versions),
                Endpoint.get("config.versions.get", CONFIG + "/versions/{revision}", read, this::version),
                Endpoint.get("config.diff", CONFIG + "/diff", read, this::diff).withParameters(Set.of("from", "to")),
                Endpoint.get("config.status", CONFIG + "/status", read, call -> Reply.ok(status.json())));
    }

    private Reply get(Call call) {
        return Reply.resource(current());
    }

    private ObjectNode current() {
        Cluster cluster = clusters.require();
        ObjectNode out = Json.object().put("id", cluster.id());
        Optional<ConfigRevision> newest = revisions.newest();
        ObjectNode document = newest.map(ConfigRevision::document)
                .orElseGet(() -> ConfigState.initial().document());
        String changedAt = newest.map(revision -> revision.createdAt().toString())
                .orElse(cluster.row().createdAt().toString());
        out.put("created_at", cluster.row().createdAt().toString());
        out.put("updated_at", changedAt);
        out.put("resource_version", newest.map(ConfigRevision::revision).orElse(0L));
        out.put("comment", newest.map(ConfigRevision::comment).orElse(null));
        out.put("author_type", newest.map(ConfigRevision::authorType).orElse("system"));
        out.put("author_id", newest.map(ConfigRevision::authorId).orElse("defaults"));
        out.set("document", document);
        out.set("advice", advice(ConfigSchema.lenient(document)));
        return out;
    }

    private ArrayNode advice(ClusterConfig config) {
        ArrayNode out = Json.array();
        ConfigRules.advice(config, raft.getAsBoolean())
                .forEach(advice -> out.addObject()
                        .put("code", advice.code())
                        .put("path", advice.path())
                        .put("message", advice.message()));
        return out;
    }

    private Reply set(Call call) {
        SetRequest body = call.body(SetRequest.class);
        new Checks()
                .required("/document", body.document())
                .text("/comment", body.comment(), MAX_COMMENT)
                .done();
        requireIfMatch(call);
        ConfigCommand.Set command =
                new ConfigCommand.Set(Objects.requireNonNull(body.document()), blankIsNone(body.comment()));
        return run(call, command);
    }

    private Reply rollback(Call call) {
        RollbackRequest body = call.body(RollbackRequest.class);
        new Checks()
                .required("/to_revision", body.toRevision())
                .text("/comment", body.comment(), MAX_COMMENT)
                .done();
        requireIfMatch(call);
        ConfigRevision wanted =
                revisions.find(Objects.requireNonNull(body.toRevision())).orElseThrow(Refusals::notFound);
        return run(call, new ConfigCommand.RollBack(wanted.revision(), wanted.document(), blankIsNone(body.comment())));
    }

    private static @Nullable String blankIsNone(@Nullable String comment) {
        return comment == null || comment.isBlank() ? null : comment;
    }

    /** A10: two operators must not overwrite each other unseen. */
    private static void requireIfMatch(Call call) {
        if (call.ifMatch().isEmpty()) {
            throw new ProblemException(
                    Problem.of(ErrorCode.IF_MATCH_REQUIRED, "If-Match with the revision that was read is needed")
                            .withHint("read " + CONFIG + " and send its ETag"));
        }
    }

    private Reply run(Call call, ConfigCommand command) {
        Reply reply = mutations.run(call, draft -> attempt(draft, call, command), id -> Optional.of(current()));
        watch.refresh();
        return reply;
    }

    private void attempt(Draft draft, Call call, ConfigCommand command) {
        String clusterId = clusters.require().id();
        AggregateKey key = ConfigRevisions.key(clusterId);
        ConfigState state = revisions.newest().map(ConfigRevision::state).orElseGet(ConfigState::initial);
        draft.target(key, Math.toIntExact(state.revision()))
                .id("config", clusterId)
                .resource(clusterId);
        boolean changed = draft.decided(
                ConfigDecider.decide(state, command),
                event -> new NewEvent(key, ConfigEventCodec.type(event), Owner.NONE, ConfigEventCodec.payload(event)));
        if (changed) {
            String summary = switch (command) {
                case ConfigCommand.Set set -> "revision " + (state.revision() + 1);
                case ConfigCommand.RollBack back ->
                    "revision " + (state.revision() + 1) + ", content of " + back.toRevision();
            };
            Audit.allowed(draft, call, call.endpoint().operation(), clusterId);
            draft.change(Change.update("config", clusterId, "cluster", summary));
        }
    }

    private Reply validate(Call call) {
        ValidateRequest body = call.body(ValidateRequest.class);
        new Checks().required("/document", body.document()).done();
        ObjectNode out = Json.object();
        ArrayNode violations = Json.array();
        ArrayNode advice = Json.array();
        ArrayNode diff = Json.array();
        switch (ConfigSchema.read(Objects.requireNonNull(body.document()))) {
            case Reading.Invalid(List<Violation> found) ->
                found.forEach(violation -> violations.add(Json.toTree(violation.details())));
            case Reading.Valid(ObjectNode document, ClusterConfig config) -> {
                advice = advice(config);
                ObjectNode now = revisions
                        .newest()
                        .map(ConfigRevision::document)
                        .orElseGet(() -> ConfigState.initial().document());
                diff = ConfigDiff.of(now, document).json();
            }
        }
        out.put("valid", violations.isEmpty());
        out.set("violations", violations);
        out.set("advice", advice);
        out.set("diff", diff);
        return Reply.ok(out);
    }

    private Reply versions(Call call) {
        PageRequest page = call.page();
        long after = page.descending() ? Long.MAX_VALUE : 0;
        if (page.after() != null) {
            after = Long.parseLong(page.after());
        }
        List<ConfigRevision> found = revisions.page(after, page.descending(), page.limit() + 1);
        boolean more = found.size() > page.limit();
        List<ConfigRevision> shown = more ? found.subList(0, page.limit()) : found;
        return Reply.page(
                shown.stream().map(ConfigRevision::summary).toList(),
                more ? page.cursorAfter(Long.toString(shown.getLast().revision())) : null);
    }

    private Reply version(Call call) {
        return Reply.ok(find(call.pathParameter("revision")).json());
    }

    private ConfigRevision find(String number) {
        try {
            return revisions.find(Long.parseLong(number)).orElseThrow(Refusals::notFound);
        } catch (NumberFormatException e) {
            throw Refusals.notFound();
        }
    }

    /** Revision 0 is the defaults; without {@code to} it is compared with what is in force. */
    private Reply diff(Call call) {
        ConfigState newest = revisions.newest().map(ConfigRevision::state).orElseGet(ConfigState::initial);
        long from = call.number("from", Math.max(0, newest.revision() - 1), 0, Long.MAX_VALUE);
        long to = call.number("to", newest.revision(), 0, Long.MAX_VALUE);
        ObjectNode out = Json.object().put("from", from).put("to", to);
        out.set("changes", ConfigDiff.of(document(from), document(to)).json());
        return Reply.ok(out);
    }

    private ObjectNode document(long revision) {
        return revision == 0
                ? ConfigState.initial().document()
                : revisions.find(revision).orElseThrow(Refusals::notFound).document();
    }
}
