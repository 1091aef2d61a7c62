package dev.vt.cli.cluster;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Confirm;
import dev.vt.cli.output.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Members of the control plane: {@code vt cluster promote|demote|remove|transfer-leadership}, {@code vt server status|leave}. */
public final class ServerCommands {
    private static final List<Receipt.Next> NEXT = List.of(new Receipt.Next("look", "vt cluster servers"));

    private ServerCommands() {}

    /** {@code promote}, {@code demote}, {@code remove}: the server says what is wanted, the group follows. */
    @Command(description = "change what a server is in the cluster")
    @SuppressWarnings("NullAway.Init")
    public static final class Change extends VtCommand {
        private final String action;

        @Parameters(paramLabel = "SERVER", description = "name or id; see vt cluster servers")
        private String server;

        public Change(String action) {
            this.action = action;
        }

        /** For {@code --help}. */
        public String about() {
            return switch (action) {
                case "promote" -> "let a server have a vote, if there are fewer voters than desired";
                case "demote" -> "take a server's vote; it goes on following the log";
                default -> "take a server out for good: its certificate is refused, and it must join again";
            };
        }

        @Override
        protected int run(Session session) {
            Doc item = find(session, server);
            String name = item.str("name");
            String path = "/v1/servers/" + item.str("id");
            boolean remove = action.equals("remove");
            if (remove) {
                Confirm.typing(session, name, "remove server " + name);
            }
            Doc answer = remove
                    ? session.change("DELETE", path, null, "removing server " + name)
                    : session.change("POST", path + "/" + action, null, action + " of server " + name);
            new Receipt(
                            (remove ? "removed" : action + "d") + " server " + name,
                            "",
                            answer,
                            session.idempotencyKey(),
                            NEXT)
                    .print(session);
            return 0;
        }
    }

    @Command(
            name = "transfer-leadership",
            description = "let another voter lead; without a name, the first that is online")
    @SuppressWarnings("NullAway.Init")
    public static final class TransferLeadership extends VtCommand {
        @Parameters(paramLabel = "SERVER", arity = "0..1", description = "name or id; see vt cluster servers")
        private @Nullable String server;

        @Override
        protected int run(Session session) {
            Doc item = server != null ? find(session, server) : another(session);
            String name = item.str("name");
            Doc answer = session.change(
                    "POST",
                    "/v1/servers/" + item.str("id") + "/transfer-leadership",
                    null,
                    "transferring leadership to server " + name);
            new Receipt("transferred leadership to server " + name, "", answer, session.idempotencyKey(), NEXT)
                    .print(session);
            return 0;
        }

        private static Doc another(Session session) {
            String leader = session.api()
                    .get("/v1/cluster", "asking the server for its cluster")
                    .str("leader_id");
            return session.api().list("/v1/servers", "listing servers").stream()
                    .filter(item -> !item.str("id").equals(leader))
                    .filter(item -> item.str("member").equals("voter")
                            && item.str("state").equals("online"))
                    .findFirst()
                    .orElseThrow(() -> new CliException(CliError.of(
                            "server_not_voter",
                            5,
                            "server_not_voter",
                            "no other server has a vote and is online",
                            "vt cluster servers")));
        }
    }

    private static Doc find(Session session, String nameOrId) {
        return session.api().list("/v1/servers", "finding server " + nameOrId).stream()
                .filter(item ->
                        item.str("id").equals(nameOrId) || item.str("name").equals(nameOrId))
                .findFirst()
                .orElseThrow(() -> new CliException(CliError.of(
                        "not_found", 4, "not_found", "there is no server '" + nameOrId + "'", "vt cluster servers")));
    }

    @Command(name = "status", description = "show what the server that answers is in its cluster")
    public static final class Status extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc cluster = session.api().get("/v1/cluster", "asking the server for its cluster");
            Doc self = self(session, cluster);
            boolean leads = cluster.str("leader_id").equals(self.str("id"));
            Map<String, Object> item = new LinkedHashMap<>();
            List.of("id", "name", "version", "state").forEach(key -> item.put(key, self.str(key)));
            item.put("cluster", cluster.str("name"));
            item.put("mode", cluster.str("mode"));
            item.put("member", self.str("member"));
            item.put("voter_eligible", self.flag("voter_eligible"));
            item.put("leads", leads);
            item.put("leader_id", cluster.str("leader_id"));
            item.put("newest_event", cluster.number("head_event_id"));
            item.put("conditions", ClusterCommands.conditions(self));
            if (session.globals().isJson()) {
                session.print("vt.server_status/v1", "item", item);
            } else {
                item.forEach((name, value) -> session.out().println(name + ": " + value));
            }
            return 0;
        }
    }

    @Command(
            name = "leave",
            description = "let the server that answers go: it hands leadership over, leaves the group, and stops")
    public static final class Leave extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc self = self(session, session.api().get("/v1/cluster", "asking the server for its cluster"));
            String name = self.str("name");
            Confirm.typing(session, name, "let server " + name + " leave its cluster");
            Doc answer = session.change(
                    "POST", "/v1/servers/" + self.str("id") + "/leave", null, "letting server " + name + " leave");
            new Receipt("server " + name + " leaves", "", answer, session.idempotencyKey(), List.of()).print(session);
            return 0;
        }
    }

    private static Doc self(Session session, Doc cluster) {
        return session.api().get("/v1/servers/" + cluster.str("server_id"), "asking the server for itself");
    }
}
