package dev.vt.cli.cluster;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt config …}: one document for the whole cluster (cluster.md §4). What {@code get} prints, {@code set} takes. */
@SuppressWarnings("NullAway.Init")
public final class ConfigCommands {
    private static final String CONFIG = "/v1/cluster/config";
    private static final int MAX_FILE = 1 << 20;

    private ConfigCommands() {}

    @Command(name = "get", description = "print the document in force, with every key")
    public static final class Get extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc config = session.api().get(CONFIG, "reading the configuration");
            if (session.globals().isJson()) {
                session.print("vt.config/v1", "item", config);
            } else {
                session.err().println("revision " + config.str("resource_version"));
                session.out().print(JsonWriter.document(config.get("document")));
            }
            return 0;
        }
    }

    @Command(name = "set", description = "replace the document; keys that are left out take their default")
    public static final class Set extends VtCommand {
        @Option(names = "--file", required = true, paramLabel = "FILE", description = "JSON; - reads stdin")
        private String file;

        @Option(
                names = "--if-revision",
                required = true,
                paramLabel = "N",
                description = "the revision that was read; another one is refused")
        private long revision;

        @Option(names = "--comment", paramLabel = "TEXT", description = "kept in the revision")
        private @Nullable String comment;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("document", document(session, file));
            if (comment != null) {
                body.put("comment", comment);
            }
            Doc answer = session.api()
                    .mutateIf(revision, "PUT", CONFIG, body, session.idempotencyKey(), "changing the configuration");
            printChanged(session, "set the configuration", answer);
            return 0;
        }
    }

    @Command(name = "validate", description = "show what a document would change, or all that is wrong with it")
    public static final class Validate extends VtCommand {
        @Option(names = "--file", required = true, paramLabel = "FILE", description = "JSON; - reads stdin")
        private String file;

        @Override
        protected int run(Session session) {
            Doc verdict = session.api()
                    .ask(
                            CONFIG + "/validate",
                            Map.of("document", document(session, file)),
                            "validating a configuration");
            if (session.globals().isJson()) {
                session.print("vt.config_verdict/v1", "item", verdict);
            } else {
                verdict.list("violations")
                        .forEach(violation -> session.out()
                                .println("error   "
                                        + Text.safe(violation.str("path") + " " + violation.str("message"))));
                printAdvice(session, verdict);
                verdict.list("diff").forEach(change -> session.out().println("change  " + changeLine(change)));
                if (verdict.flag("valid")) {
                    session.out().println("valid");
                }
            }
            return verdict.flag("valid") ? 0 : CliError.INVALID_USAGE;
        }
    }

    @Command(name = "versions", description = "list every revision")
    public static final class Versions extends VtCommand {
        @Override
        protected int run(Session session) {
            List<Doc> items = session.api().list(CONFIG + "/versions", "listing revisions");
            if (session.globals().isIds()) {
                items.forEach(item -> session.out().println(item.str("revision")));
                return 0;
            }
            session.printList("config_revision", items, () -> {
                Table table = new Table("REVISION", "CREATED", "AUTHOR", "CHANGED", "COMMENT");
                for (Doc item : items) {
                    String to = item.str("to_revision");
                    String back = to.isEmpty()
                            ? ""
                            : "back to " + to + (item.str("comment").isEmpty() ? "" : ": ");
                    table.row(
                            item.str("revision"),
                            Text.time(item.str("created_at")),
                            item.str("author_id"),
                            Integer.toString(item.list("changed_keys").size()),
                            back + item.str("comment"));
                }
                table.print(session.out(), session.width());
            });
            return 0;
        }
    }

    @Command(name = "diff", description = "show what differs between two revisions; 0 is the defaults")
    public static final class Diff extends VtCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FROM",
                description = "default: the one before the newest")
        private @Nullable Long from;

        @Parameters(index = "1", arity = "0..1", paramLabel = "TO", description = "default: the newest")
        private @Nullable Long to;

        @Override
        protected int run(Session session) {
            String path = ApiClient.path(
                    CONFIG + "/diff",
                    "from",
                    from == null ? "" : from.toString(),
                    "to",
                    to == null ? "" : to.toString());
            Doc answer = session.api().get(path, "comparing revisions");
            if (session.globals().isJson()) {
                session.print("vt.config_diff/v1", "item", answer);
            } else {
                answer.list("changes").forEach(change -> session.out().println(changeLine(change)));
                if (answer.list("changes").isEmpty()) {
                    session.out().println("no difference");
                }
            }
            return 0;
        }
    }

    @Command(name = "rollback", description = "make the content of an old revision a new one")
    public static final class Rollback extends VtCommand {
        @Parameters(paramLabel = "REVISION", description = "whose content is wanted again")
        private long wanted;

        @Option(
                names = "--if-revision",
                required = true,
                paramLabel = "N",
                description = "the revision that was read; another one is refused")
        private long revision;

        @Option(names = "--comment", paramLabel = "TEXT", description = "kept in the revision")
        private @Nullable String comment;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("to_revision", wanted);
            if (comment != null) {
                body.put("comment", comment);
            }
            Doc answer = session.api()
                    .mutateIf(
                            revision,
                            "POST",
                            CONFIG + "/rollback",
                            body,
                            session.idempotencyKey(),
                            "rolling the configuration back");
            printChanged(session, "rolled the configuration back to revision " + wanted, answer);
            return 0;
        }
    }

    @Command(name = "status", description = "which revision is in force where, and what waits for a restart")
    public static final class Status extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc status = session.api().get(CONFIG + "/status", "reading the configuration's status");
            if (session.globals().isJson()) {
                session.print("vt.config_status/v1", "item", status);
                return 0;
            }
            session.out().println("revision " + status.str("revision"));
            Table table = new Table("KIND", "NAME", "REVISION", "LAGS", "WAITS_FOR_RESTART");
            for (Doc component : status.list("components")) {
                List<String> keys = component.list("restart_keys").stream()
                        .map(key -> key.text().orElse(""))
                        .toList();
                table.row(
                        component.str("kind"),
                        component.str("name"),
                        component.str("revision"),
                        component.flag("lags") ? "yes" : "no",
                        String.join(", ", keys));
            }
            table.print(session.out(), session.width());
            return 0;
        }
    }

    private static Doc document(Session session, String file) {
        try {
            byte[] bytes = file.equals("-")
                    ? session.shell().in().readNBytes(MAX_FILE)
                    : Files.readAllBytes(session.shell().workingDirectory().resolve(file));
            Doc document = JsonReader.read(bytes);
            if (document.isObject()) {
                return document;
            }
        } catch (java.nio.file.NoSuchFileException e) {
            throw new CliException(CliError.usage("invalid_argument", "there is no file " + file, "check the path"));
        } catch (IOException e) {
            throw new CliException(notJson(file));
        }
        throw new CliException(notJson(file));
    }

    private static CliError notJson(String file) {
        return CliError.usage("malformed_body", file + " does not hold one JSON object", "vt config get");
    }

    private static void printAdvice(Session session, Doc holder) {
        holder.list("advice")
                .forEach(advice -> session.out()
                        .println("advice  " + Text.safe(advice.str("path") + ": " + advice.str("message"))));
    }

    private static String changeLine(Doc change) {
        return Text.safe(change.str("path") + ": " + JsonWriter.line(change.get("old")) + " -> "
                + JsonWriter.line(change.get("new")));
    }

    private static void printChanged(Session session, String sentence, Doc answer) {
        List<String> warnings = answer.get("resource").list("advice").stream()
                .map(advice -> advice.str("path") + ": " + advice.str("message"))
                .toList();
        new Receipt(
                        sentence,
                        "",
                        answer,
                        session.idempotencyKey(),
                        null,
                        warnings,
                        List.of(new Receipt.Next("status", "vt config status")))
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
    }
}
