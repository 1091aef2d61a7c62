package dev.vt.control.exec;

import dev.vt.control.audit.Audit;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.env.Protection;
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
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.control.plane.NodeLinks;
import dev.vt.control.quota.Dimension;
import dev.vt.control.quota.Quotas;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** HTTP: grants, and what became of them. */
final class ExecHandlers {
    /** Body of a grant (exec-and-logs.md §1). */
    record Grant(
            @Nullable List<String> command,
            @Nullable Boolean tty,
            @Nullable Integer cols,
            @Nullable Integer rows,
            @Nullable Boolean stdin,
            @Nullable Map<String, String> env,
            @Nullable String reason,
            @Nullable Integer maxDurationS,
            @Nullable Integer resumeGraceS) {
        @Override
        public String toString() {
            return "Grant[redacted]";
        }
    }

    private static final String INSTANCE = "/v1/orgs/{org_id}/instances/{instance_id}/exec";
    private static final String SESSIONS = "/v1/orgs/{org_id}/exec-sessions";
    private static final String SESSION = SESSIONS + "/{exec_id}";
    private static final int MAX_COMMAND_BYTES = 8 * 1024;
    private static final int MAX_SECONDS = 24 * 3600;

    private final Mutations mutations;
    private final StateReader state;
    private final ExecSessions sessions;
    private final InstanceDirectory instances;
    private final NodeLinks links;
    private final ExecRelays relays;
    private final BiPredicate<String, String> envProtected;
    private final Supplier<ClusterConfig.Limits> limits;
    private final SecureRandom random;
    private final Clock clock;

    ExecHandlers(
            Mutations mutations,
            StateReader state,
            ExecSessions sessions,
            InstanceDirectory instances,
            NodeLinks links,
            ExecRelays relays,
            BiPredicate<String, String> envProtected,
            Supplier<ClusterConfig.Limits> limits,
            SecureRandom random,
            Clock clock) {
        this.mutations = mutations;
        this.state = state;
        this.sessions = sessions;
        this.instances = instances;
        this.links = links;
        this.relays = relays;
        this.envProtected = envProtected;
        this.limits = limits;
        this.random = random;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        Access exec = Access.org("exec:write");
        Access read = Access.org("audit:read");
        return List.of(
                Endpoint.post("exec_sessions.create", INSTANCE, exec, this::grant),
                Endpoint.list("exec_sessions.list", SESSIONS, read, Set.of("env_id", "status"), this::list),
                Endpoint.get("exec_sessions.get", SESSION, read, this::get),
                Endpoint.delete("exec_sessions.revoke", SESSION, exec, this::revoke));
    }

    private Reply grant(Call call) {
        Grant body = call.body(Grant.class);
        check(body);
        if (orElse(body.resumeGraceS(), 0) > 0) {
            throw new ProblemException(
                    Problem.of(ErrorCode.NOT_SUPPORTED, "sessions cannot be resumed yet; leave resume_grace_s out"));
        }
        InstanceDirectory.Entry instance = instances
                .find(call.org().orgId(), call.pathParameter("instance_id"))
                .orElseThrow(Refusals::notFound);
        refuseUnless(call, instance, body);
        String token = TokenSecrets.next(ExecSessions.GRANT_PREFIX, random);
        List<String> command = Objects.requireNonNull(body.command());
        boolean tty = Boolean.TRUE.equals(body.tty());
        Reply reply = mutations.run(
                call,
                draft -> {
                    String id = draft.newId("exec");
                    Owner owner = new Owner(instance.orgId(), instance.projectId(), instance.appId(), instance.envId());
                    ExecEvent.Granted granted = new ExecEvent.Granted(
                            instance.instanceId(),
                            ArgvRedaction.redact(command),
                            tty,
                            draft.now().plus(ExecSessions.GRANT_LIFE).toString());
                    draft.expect(ExecSession.key(id), 0)
                            .require(Quotas.one(instance.orgId(), Dimension.MAX_EXEC_SESSIONS));
                    draft.decided(
                            ExecDecider.decide(new ExecState.Absent(), new ExecCommand.Grant(granted)),
                            event -> ExecSession.encode(id, owner, event));
                    sessions.keepGrant(draft, id, token, request(instance, body, command, tty));
                    Audit.allowed(draft, call, "exec.grant", id);
                    draft.created().id("exec_session", id).resource(id).secret(token);
                    draft.change(Change.create("exec_session", id, instance.instanceId()));
                },
                id -> sessions.find(id)
                        .map(session ->
                                session.json().put("exec_id", id).put("connect_url", "/v1/exec/" + id + "/connect")));
        return reply;
    }

    private static void check(Grant body) {
        List<String> command = body.command() == null ? List.of() : body.command();
        int bytes = command.stream()
                .mapToInt(word -> word.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        Map<String, String> env = body.env() == null ? Map.of() : body.env();
        new Checks()
                .that(!command.isEmpty() && command.size() <= 64, "/command", "must have 1 to 64 words")
                .that(bytes <= MAX_COMMAND_BYTES, "/command", "must be at most 8 KiB")
                .that(command.stream().noneMatch(word -> word.indexOf('\0') >= 0), "/command", "must not hold NUL")
                .that(env.size() <= 64, "/env", "must have at most 64 variables")
                .that(
                        env.keySet().stream().allMatch(key -> key.matches("[A-Za-z_][A-Za-z0-9_]{0,127}")),
                        "/env",
                        "has a name that is not a variable's")
                .between("/cols", (long) orElse(body.cols(), 80), 1, 1000)
                .between("/rows", (long) orElse(body.rows(), 24), 1, 1000)
                .between("/max_duration_s", (long) orElse(body.maxDurationS(), 3600), 60, MAX_SECONDS)
                .between("/resume_grace_s", (long) orElse(body.resumeGraceS(), 0), 0, 300)
                .text("/reason", body.reason(), 500)
                .done();
    }

    private static int orElse(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    private void refuseUnless(Call call, InstanceDirectory.Entry instance, Grant body) {
        boolean guarded = envProtected.test(instance.orgId(), instance.envId());
        if (guarded && !Protection.mayChange(call.caller(), instance.orgId(), instance.envId())) {
            throw new ProblemException(Problem.of(
                    ErrorCode.PROTECTED_ENV, "a command in a protected environment needs an admin of the org"));
        }
        if (guarded && (body.reason() == null || body.reason().isBlank())) {
            throw new ProblemException(
                    Problem.of(ErrorCode.PROTECTED_ENV, "a command in a protected environment needs a reason")
                            .withHint("add --reason"));
        }
        if (!instance.status().equals("ready")) {
            throw new ProblemException(
                    Problem.of(ErrorCode.INSTANCE_NOT_RUNNING, "the instance is " + instance.status() + ", not ready"));
        }
        if (!links.isConnected(instance.nodeId())) {
            throw new ProblemException(
                    Problem.of(ErrorCode.NODE_UNREACHABLE, "the instance's node has no link to this server"));
        }
        ClusterConfig.Limits most = limits.get();
        if (sessions.open("instance_id", instance.instanceId()) >= most.execPerInstance()
                || sessions.open("env_id", instance.envId()) >= most.execPerEnv()
                || sessions.grantedSince(instance.orgId(), clock.instant().minus(Duration.ofHours(1)))
                        >= most.execGrantsPerHour()) {
            throw new ProblemException(Problem.of(ErrorCode.EXEC_LIMIT, "too many sessions are open")
                    .withHint("end one with: vt exec revoke"));
        }
    }

    private static ExecRequest request(
            InstanceDirectory.Entry instance, Grant body, List<String> command, boolean tty) {
        return new ExecRequest(
                instance.instanceId(),
                instance.nodeId(),
                command,
                tty,
                orElse(body.cols(), 80),
                orElse(body.rows(), 24),
                !Boolean.FALSE.equals(body.stdin()),
                body.env() == null ? Map.of() : body.env(),
                orElse(body.maxDurationS(), 3600),
                1800);
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("exec_sessions")
                .in(call.org())
                .filter(call, "env_id")
                .filter(call, "status")
                .page(call, handle, (row, context) -> ExecSession.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(find(call).json());
    }

    private Reply revoke(Call call) {
        ExecSession found = find(call);
        Reply reply = mutations.run(
                call,
                draft -> {
                    ExecSession session = find(call);
                    String id = session.row().id();
                    draft.target(ExecSession.key(id), session.row().resourceVersion())
                            .id("exec_session", id);
                    boolean changed = draft.decided(
                            ExecDecider.decide(session.state(), new ExecCommand.End(null, "operator_revoked")),
                            event -> ExecSession.encode(id, session.owner(), event));
                    if (changed) {
                        Audit.allowed(draft, call, "exec.revoke", id);
                        draft.change(Change.delete("exec_session", id, session.instanceId()));
                    }
                },
                id -> Optional.empty());
        instances
                .find(call.org().orgId(), found.instanceId())
                .ifPresent(instance -> relays.revoke(found.row().id(), instance.nodeId()));
        return reply;
    }

    private ExecSession find(Call call) {
        return sessions.find(call.org().orgId(), call.pathParameter("exec_id")).orElseThrow(Refusals::notFound);
    }
}
