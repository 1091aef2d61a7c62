package dev.vt.cli.identity;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt quotas show|set} and {@code vt usage show}. */
public final class QuotaCommands {
    private QuotaCommands() {}

    @Command(name = "show", description = "what the org may have")
    public static final class Show extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc quota = read(session);
            if (session.globals().isJson()) {
                session.print("vt.quota/v1", "item", quota);
                return 0;
            }
            session.out().println("tier: " + quota.str("tier"));
            Table table = new Table("DIMENSION", "LIMIT", "SET BY");
            quota.get("effective")
                    .members()
                    .forEach((dimension, limit) -> table.row(
                            dimension,
                            String.valueOf(limit),
                            quota.get("limits").get(dimension).isNull() ? "tier" : "org"));
            table.print(session.out(), 0);
            return 0;
        }
    }

    @Command(name = "set", description = "set limits of the org; those that are not named stay (operators)")
    @SuppressWarnings("NullAway.Init")
    public static final class SetLimits extends VtCommand {
        @Parameters(paramLabel = "DIMENSION=LIMIT", arity = "0..*", description = "an empty limit is the tier's again")
        private List<String> limits = List.of();

        @Option(names = "--tier", description = "unlimited, small or standard")
        private @Nullable String tier;

        @Option(names = "--note", description = "why")
        private @Nullable String note;

        @Override
        protected int run(Session session) {
            if (limits.isEmpty() && tier == null && note == null) {
                throw usage("give DIMENSION=LIMIT, --tier or --note");
            }
            Doc now = read(session);
            Map<String, Object> own = new LinkedHashMap<>(now.get("limits").members());
            limits.forEach(limit -> put(own, limit));
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("tier", tier == null ? now.str("tier") : tier);
            body.put("limits", own);
            String newNote = note == null ? now.str("note") : note;
            if (!newNote.isEmpty()) {
                body.put("note", newNote);
            }
            Doc answer = session.api()
                    .mutateIf(
                            now.number("resource_version"),
                            "PUT",
                            session.target().orgPath() + "/quotas",
                            body,
                            session.idempotencyKey(),
                            "setting quotas");
            new Receipt(
                            "set the quota",
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next("show", "vt quotas show")))
                    .print(
                            session.out(),
                            session.globals().isJson(),
                            session.globals().isIds());
            return 0;
        }

        private static void put(Map<String, Object> own, String limit) {
            String[] parts = limit.split("=", 2);
            try {
                if (parts.length == 2 && parts[1].isEmpty()) {
                    own.remove(parts[0]);
                } else {
                    own.put(parts[0], Long.parseLong(parts.length == 2 ? parts[1] : ""));
                }
            } catch (NumberFormatException e) {
                throw new CliException(CliError.usage(
                        "invalid_argument", "'" + limit + "' is not DIMENSION=LIMIT", "for example max_instances=20"));
            }
        }
    }

    @Command(name = "show", description = "what the org has, beside its limits")
    public static final class Usage extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc usage = session.api().get(session.target().orgPath() + "/usage", "reading usage");
            session.printList("usage", usage.list("items"), () -> {
                Table table = new Table("DIMENSION", "USED", "LIMIT");
                usage.list("items")
                        .forEach(item -> table.row(item.str("dimension"), item.str("used"), item.str("limit")));
                table.print(session.out(), 0);
            });
            return 0;
        }
    }

    private static Doc read(Session session) {
        return session.api().get(session.target().orgPath() + "/quotas", "reading quotas");
    }
}
