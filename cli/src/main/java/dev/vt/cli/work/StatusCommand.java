package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt status}: desired and actual of an environment on one page, with the reason for each gap (C1). */
@Command(name = "status", description = "show what an environment shall be, what it is, and why they differ")
public final class StatusCommand extends VtCommand {
    @Option(names = "--watch", description = "show it again every two seconds until Ctrl-C")
    private boolean watch;

    @Override
    protected int run(Session session) {
        while (true) {
            print(session);
            if (!watch || session.globals().isJson()) {
                return 0;
            }
            if (session.out().checkError() || !session.pause(Duration.ofSeconds(2))) {
                return 0;
            }
            session.out().println();
        }
    }

    private static void print(Session session) {
        String path = session.target().envPath();
        List<Doc> processes = session.api().list(path + "/processes", "reading processes");
        List<Doc> instances = session.api().list(path + "/instances", "reading instances").stream()
                .filter(item -> !"stopped".equals(item.str("status")))
                .sorted(Comparator.comparing((Doc item) -> item.str("process_type"))
                        .thenComparing(item -> item.str("id")))
                .toList();
        List<Doc> endpoints = session.api().list(path + "/endpoints", "reading endpoints");
        if (session.globals().isIds()) {
            instances.forEach(instance -> session.out().println(instance.str("id")));
            return;
        }
        List<Doc> deploys = session.api()
                .get(path + "/deploys?limit=1&order=desc", "reading deploys")
                .list("items");
        if (session.globals().isJson()) {
            session.print(
                    "vt.status/v1",
                    "item",
                    Map.of(
                            "env", session.target().env(),
                            "processes", processes,
                            "instances", instances,
                            "endpoints", endpoints,
                            "deploys", deploys));
            return;
        }
        session.out().println(session.target().label());
        deploys.forEach(deploy -> session.out()
                .println("deploy " + deploy.str("id") + " " + deploy.str("status")
                        + (deploy.str("message").isEmpty() ? "" : " (" + Text.safe(deploy.str("message")) + ")")));
        session.out().println();
        Table table = new Table("PROCESS", "WANTED", "READY", "OLD", "RELEASE", "REASON");
        processes.forEach(item -> table.row(
                item.str("process_type"),
                item.str("wanted"),
                item.str("ready"),
                item.str("old"),
                item.str("release_id"),
                item.str("reason_code")));
        table.print(session.out(), session.width());
        if (!instances.isEmpty()) {
            session.out().println();
            Table rows = new Table("INSTANCE", "PROCESS", "STATUS", "REASON", "NODE", "ADDRESS");
            instances.forEach(item -> rows.row(
                    item.str("id"),
                    item.str("process_type"),
                    item.str("status"),
                    item.str("reason_code"),
                    item.str("node_id"),
                    item.str("overlay_ipv6")));
            rows.print(session.out(), session.width());
        }
        if (!endpoints.isEmpty()) {
            session.out().println();
            Table rows = new Table("ENDPOINT", "STATE", "REASON");
            endpoints.forEach(item -> rows.row(
                    item.str("hostname") + ":" + item.str("listen_port"), item.str("state"), item.str("reason_code")));
            rows.print(session.out(), session.width());
        }
    }
}
