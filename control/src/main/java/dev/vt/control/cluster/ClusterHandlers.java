package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.cluster.ServerDecider.Command;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.SideRecord;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.raft.MembershipException;
import dev.vt.eventlog.raft.RaftMembership;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** HTTP: the cluster and its maintenance, for operators. */
final class ClusterHandlers {
    private static final String SERVER = "/v1/servers/{server_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Clusters clusters;
    private final Servers servers;
    private final Maintenance maintenance;
    private final @Nullable Supplier<RaftMembership> group;
    private final Supplier<ClusterConfig.Raft> config;
    private final String self;

    ClusterHandlers(
            Mutations mutations,
            StateReader state,
            Clusters clusters,
            Servers servers,
            Maintenance maintenance,
            @Nullable Supplier<RaftMembership> group,
            Supplier<ClusterConfig.Raft> config,
            String self) {
        this.mutations = mutations;
        this.state = state;
        this.clusters = clusters;
        this.servers = servers;
        this.group = group;
        this.config = config;
        this.self = self;
        this.maintenance = maintenance;
    }

    List<Endpoint> endpoints() {
        Access read = Access.operator("cluster:read");
        Access admin = Access.operator("cluster:admin");
        return List.of(
                Endpoint.get("cluster.get", "/v1/cluster", read, this::get),
                Endpoint.list("servers.list", "/v1/servers", read, Set.of("name"), this::servers),
                Endpoint.get("servers.get", SERVER, read, this::server),
                Endpoint.delete("servers.remove", SERVER, admin, call -> change(call, Command.REMOVE)),
                Endpoint.post("servers.promote", SERVER + "/promote", admin, call -> change(call, Command.PROMOTE)),
                Endpoint.post("servers.demote", SERVER + "/demote", admin, call -> change(call, Command.DEMOTE)),
                Endpoint.post("servers.leave", SERVER + "/leave", admin, call -> change(call, Command.LEAVE)),
                Endpoint.post(
                        "servers.transfer_leadership",
                        SERVER + "/transfer-leadership",
                        admin,
                        this::transferLeadership),
                Endpoint.get("cluster.views.list", "/v1/cluster/views", read, this::views),
                Endpoint.post("cluster.views.rebuild", "/v1/cluster/views/{name}/rebuild", admin, this::rebuild)
                        .withoutKey(),
                Endpoint.post("cluster.views.verify", "/v1/cluster/views/{name}/verify", admin, this::verifyOne)
                        .withoutKey()
                        .onThisServer(),
                Endpoint.post(
                                "cluster.verify",
                                "/v1/cluster/verify",
                                admin,
                                call -> Reply.ok(json(maintenance.verify())))
                        .withoutKey()
                        .onThisServer());
    }

    private Reply get(Call call) {
        ObjectNode out = Json.object();
        Cluster cluster = clusters.require();
        out.put("id", cluster.id())
                .put("name", cluster.name())
                .put("server_id", self)
                .put("mode", group != null ? "raft" : "direct")
                .put("head_event_id", state.head())
                .put("ipv6_prefix", cluster.ipv6Prefix())
                .put("feature_level", cluster.featureLevel())
                .put("leader_id", cluster.leaderId())
                .put("leader_epoch", cluster.epoch())
                .put("recovery_epoch", recoveryEpoch());
        ArrayNode conditions = out.putArray("conditions");
        state.read(handle -> handle.createQuery("SELECT id, reason_code, detail FROM servers"
                                + " WHERE deleted_at IS NULL AND reason_code <> '' ORDER BY id")
                        .map((row, context) -> condition(row).put("server_id", row.getString("id")))
                        .list())
                .forEach(conditions::add);
        return Reply.ok(out);
    }

    /** How often this log was restored from a backup (B2). */
    private int recoveryEpoch() {
        return state.side("recovery", "epoch").map(SideRecord::version).orElse(0);
    }

    private Reply servers(Call call) {
        return state.read(handle ->
                ListQuery.of("servers").live().filter(call, "name").page(call, handle, (row, context) -> server(row)));
    }

    private Reply server(Call call) {
        return Reply.resource(json(call.pathParameter("server_id")).orElseThrow(Refusals::notFound));
    }

    private Optional<ObjectNode> json(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM servers WHERE id = ? AND deleted_at IS NULL")
                .bind(0, id)
                .map((row, context) -> server(row))
                .findOne());
    }

    /** Says what is wanted; the membership controller makes the group so. */
    private Reply change(Call call, Command command) {
        return mutations.run(
                call,
                draft -> {
                    Server server =
                            servers.find(call.pathParameter("server_id")).orElseThrow(Refusals::notFound);
                    draft.target(Servers.key(server.id()), server.version()).id("server", server.id());
                    ServerDecider.Facts facts = facts();
                    // Of two requests at once the second is decided again: together they might lose the quorum.
                    facts.live().stream()
                            .filter(other -> !other.id().equals(server.id()))
                            .forEach(other -> draft.expect(Servers.key(other.id()), other.version()));
                    boolean goes = command == Command.REMOVE || command == Command.LEAVE;
                    if (!goes) {
                        draft.resource(server.id());
                    }
                    if (draft.decided(ServerDecider.decide(server, command, facts), event -> event)) {
                        Audit.allowed(draft, call, "server." + wire(command), server.id());
                        draft.change(
                                goes
                                        ? Change.delete("server", server.id(), server.name())
                                        : Change.update("server", server.id(), server.name(), wire(command)));
                    }
                },
                this::json);
    }

    /** Audited before it happens. Who repeats it after a failure gets it tried again: it happened only once the other leads. */
    private Reply transferLeadership(Call call) {
        String target = call.pathParameter("server_id");
        Reply reply = mutations.run(
                call,
                draft -> {
                    Server server = servers.find(target).orElseThrow(Refusals::notFound);
                    draft.target(Servers.key(target), server.version())
                            .id("server", target)
                            .resource(target);
                    switch (ServerDecider.transfer(server, facts())) {
                        case Decision.Refused<String>(Problem problem) -> draft.refuse(problem);
                        case Decision.Accepted<String>(List<String> leaders) ->
                            leaders.forEach(leader -> Audit.allowed(draft, call, "server.transfer_leadership", leader));
                    }
                },
                this::json);
        if (group != null && !target.equals(self)) {
            try {
                group.get().transferLeadership(target, config.get().transferWithin());
            } catch (MembershipException e) {
                throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the group did not hand leadership over")
                        .withHint("vt cluster servers"));
            }
        }
        return reply;
    }

    private static String wire(Command command) {
        return command.name().toLowerCase(Locale.ROOT);
    }

    private ServerDecider.Facts facts() {
        if (group != null) {
            return MembershipController.facts(group.get(), servers.live(), self);
        }
        Set<String> leader = Set.of(clusters.require().leaderId());
        return new ServerDecider.Facts(false, servers.live(), leader, leader, self, Map.of());
    }

    private static ObjectNode server(ResultSet row) throws SQLException {
        ObjectNode out = AggregateRow.of(row).json().put("name", row.getString("name"));
        out.set("addresses", Json.parse(row.getString("addresses")));
        out.put("version", row.getString("version"))
                .put("member", row.getString("member"))
                .put("voter_eligible", row.getBoolean("voter_eligible"))
                .put("state", row.getString("state"));
        ArrayNode conditions = out.putArray("conditions");
        if (!row.getString("reason_code").isEmpty()) {
            conditions.add(condition(row));
        }
        return out;
    }

    private static ObjectNode condition(ResultSet row) throws SQLException {
        return Json.object().put("code", row.getString("reason_code")).put("detail", row.getString("detail"));
    }

    private Reply views(Call call) {
        return Reply.page(
                maintenance.views().stream().map(ClusterHandlers::json).toList(), null);
    }

    private static ObjectNode json(Maintenance.View view) {
        ObjectNode out = Json.object()
                .put("name", view.name())
                .put("kind", view.core() ? "core" : "derived")
                .put("code_version", view.codeVersion())
                .put("last_event_id", view.lastEventId());
        ArrayNode tables = out.putArray("tables");
        view.tables().forEach(tables::add);
        return out;
    }

    /** Audited before it starts: what cannot be recorded is not done. */
    private Reply rebuild(Call call) {
        Maintenance.View view = view(call);
        mutations.run(call, draft -> Audit.allowed(draft, call, "view.rebuild", view.name()), id -> Optional.empty());
        maintenance.rebuild(view.name());
        return Reply.ok(json(view(call)));
    }

    private Reply verifyOne(Call call) {
        Maintenance.View view = view(call);
        Verification all = maintenance.verify();
        ObjectNode out = json(all);
        ObjectNode digests = out.putObject("digests");
        // A derived view that lags was not compared and has none.
        all.digests().forEach((table, digest) -> {
            if (view.tables().contains(table)) {
                digests.put(table, digest);
            }
        });
        return Reply.ok(out);
    }

    private Maintenance.View view(Call call) {
        return maintenance.views().stream()
                .filter(view -> view.name().equals(call.pathParameter("name")))
                .findFirst()
                .orElseThrow(Refusals::notFound);
    }

    /** S19: each server is asked for its own. */
    private ObjectNode json(Verification verification) {
        ObjectNode out = Json.object()
                .put("server_id", self)
                .put("clean", verification.ok())
                .put("head_event_id", verification.head())
                .put("chain_hash", verification.chainHash());
        ObjectNode digests = out.putObject("digests");
        verification.digests().forEach(digests::put);
        ArrayNode differences = out.putArray("differences");
        verification.differences().forEach(differences::add);
        return out;
    }
}
