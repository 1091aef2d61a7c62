package dev.vt.cli.cluster;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import dev.vt.cli.output.Table;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vt cluster …}: what the log and its views say of themselves. */
public final class ClusterCommands {
    private ClusterCommands() {}

    @Command(name = "status", description = "show the cluster at a glance: name, leader, newest event")
    public static final class Status extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc cluster = session.api().get("/v1/cluster", "reading the cluster");
            if (session.globals().isJson()) {
                session.print("vt.cluster/v1", "item", cluster);
            } else {
                cluster.members()
                        .forEach((name, value) -> session.out()
                                .println(name + ": " + (value instanceof String text ? text : JsonWriter.line(value))));
            }
            return 0;
        }
    }

    @Command(name = "views", description = "list the tables that are made from the log, and how far they are")
    public static final class Views extends VtCommand {
        @Override
        protected int run(Session session) {
            List<Doc> items =
                    session.api().get("/v1/cluster/views", "listing views").list("items");
            session.printList("view", items, () -> {
                Table table = new Table("NAME", "KIND", "LAST_EVENT");
                items.forEach(item -> table.row(item.str("name"), item.str("kind"), item.str("last_event_id")));
                table.print(session.out(), session.width());
            });
            return 0;
        }
    }

    /** Codes of what is wrong, separated by commas; empty if nothing is. */
    static String conditions(Doc server) {
        return server.list("conditions").stream().map(one -> one.str("code")).collect(Collectors.joining(","));
    }

    @Command(name = "rebuild", description = "drop a view and make it again from the log")
    @SuppressWarnings("NullAway.Init")
    public static final class Rebuild extends VtCommand {
        @Parameters(paramLabel = "VIEW", description = "see vt cluster views")
        private String view;

        @Override
        protected int run(Session session) {
            Doc answer = session.change("POST", "/v1/cluster/views/" + view + "/rebuild", null, "rebuilding " + view);
            if (session.globals().isJson()) {
                session.print("vt.view/v1", "item", answer);
            } else {
                session.out().println("OK    rebuilt view " + view + " up to event " + answer.str("last_event_id"));
            }
            return 0;
        }
    }

    /** Control-plane members. */
    @Command(name = "servers", description = "list the servers of the control plane")
    public static final class Servers extends VtCommand {
        @Override
        protected int run(Session session) {
            List<Doc> items = session.api().list("/v1/servers", "listing servers");
            session.printList("server", items, () -> {
                Table table = new Table("ID", "NAME", "MEMBER", "STATE", "VERSION", "ADDRESSES");
                items.forEach(item -> table.row(
                        item.str("id"),
                        item.str("name"),
                        item.str("member"),
                        String.join(" ", item.str("state"), conditions(item)).strip(),
                        item.str("version"),
                        String.join(
                                " ",
                                item.list("addresses").stream()
                                        .map(address -> address.text().orElse(""))
                                        .toList())));
                table.print(session.out(), session.width());
            });
            return 0;
        }
    }

    @Command(name = "verify", description = "make everything again from the log beside what is there, and compare")
    public static final class Verify extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc answer = session.change("POST", "/v1/cluster/verify", null, "verifying the log and its views");
            Doc result = answer.get("resource").isNull() ? answer : answer.get("resource");
            if (session.globals().isJson()) {
                session.print("vt.verify/v1", "item", result);
            } else if (result.flag("clean")) {
                session.out()
                        .println("clean: " + result.str("head_event_id") + " events, "
                                + result.get("digests").members().size() + " views, chain " + result.str("chain_hash"));
            } else {
                session.out().print(JsonWriter.document(result));
            }
            return result.flag("clean") ? 0 : 9;
        }
    }
}
