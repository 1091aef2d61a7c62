package dev.vt.control.enrollment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.node.NodeLabels;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class EnrollmentHandlers {
    /** Body of a creation. */
    record Create(
            @Nullable String kind,
            @Nullable Long expiresInSeconds,
            @Nullable Map<String, String> labels) {}

    private static final String PATH = "/v1/enrollment-tokens";
    private static final String ITEM = PATH + "/{token_id}";
    private static final Duration DEFAULT_LIFE = Duration.ofHours(1);

    private final Mutations mutations;
    private final StateReader state;
    private final EnrollmentTokens tokens;
    private final boolean raft;
    private final Clock clock;

    EnrollmentHandlers(Mutations mutations, StateReader state, EnrollmentTokens tokens, boolean raft, Clock clock) {
        this.raft = raft;
        this.mutations = mutations;
        this.state = state;
        this.tokens = tokens;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        Access admin = Access.operator("nodes:admin");
        return List.of(
                Endpoint.list("enrollment_tokens.list", PATH, admin, Set.of("kind", "include_deleted"), this::list),
                Endpoint.post("enrollment_tokens.create", PATH, admin, this::create),
                Endpoint.get("enrollment_tokens.get", ITEM, admin, this::get),
                Endpoint.delete("enrollment_tokens.revoke", ITEM, admin, this::revoke));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("enrollment_tokens")
                .filter(call, "kind")
                .live(call)
                .page(call, handle, (row, context) -> show(EnrollmentToken.of(row))));
    }

    private Reply get(Call call) {
        return Reply.resource(show(find(call)));
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        if ("server".equals(body.kind()) && !raft) {
            throw new ProblemException(
                    Problem.of(ErrorCode.NOT_SUPPORTED, "this server keeps its log alone, in direct mode")
                            .withHint("start it with --mode raft"));
        }
        Map<String, String> labels = Objects.requireNonNullElse(body.labels(), Map.of());
        long seconds = Objects.requireNonNullElse(body.expiresInSeconds(), DEFAULT_LIFE.toSeconds());
        Checks checks = new Checks()
                .oneOf("/kind", body.kind(), Set.of("node", "edge", "server"))
                .between(
                        "/expires_in_seconds",
                        seconds,
                        EnrollmentDecider.MIN_LIFE.toSeconds(),
                        EnrollmentDecider.MAX_LIFE.toSeconds());
        NodeLabels.check(checks, "/labels", labels);
        checks.done();
        MemberKind kind = MemberKind.of(Objects.requireNonNull(body.kind())).orElseThrow();
        return mutations.run(
                call,
                draft -> {
                    EnrollmentCommand command =
                            new EnrollmentCommand.Create(kind, draft.now().plusSeconds(seconds), labels);
                    switch (EnrollmentDecider.decide(new EnrollmentState.Absent(), command, draft.now())) {
                        case Decision.Refused<EnrollmentEvent>(Problem problem) -> draft.refuse(problem);
                        case Decision.Accepted<EnrollmentEvent>(var events) -> {
                            String id = draft.newId("etk");
                            tokens.add(draft, id, (EnrollmentEvent.Created) events.getFirst());
                            Audit.allowed(draft, call, "enrollment_token.create", id);
                            draft.created().id("enrollment_token", id).resource(id);
                            draft.change(Change.create("enrollment_token", id, kind.wire()));
                        }
                    }
                },
                id -> tokens.find(id).map(this::show));
    }

    private Reply revoke(Call call) {
        return mutations.run(
                call,
                draft -> {
                    EnrollmentToken token = find(call);
                    String id = token.row().id();
                    draft.target(token.key(), token.row().resourceVersion()).id("enrollment_token", id);
                    boolean changed = draft.decided(
                            EnrollmentDecider.decide(token.state(), new EnrollmentCommand.Revoke(), draft.now()),
                            event -> EnrollmentTokens.encode(id, event));
                    if (changed) {
                        Audit.allowed(draft, call, "enrollment_token.revoke", id);
                        draft.change(Change.delete(
                                "enrollment_token", id, token.kind().wire()));
                    }
                },
                id -> tokens.find(id).map(this::show));
    }

    private EnrollmentToken find(Call call) {
        return tokens.find(call.pathParameter("token_id")).orElseThrow(Refusals::notFound);
    }

    private ObjectNode show(EnrollmentToken token) {
        return token.json(clock.instant());
    }
}
