package dev.vt.cli.local;

import dev.vt.cli.config.Settings;
import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt context …}: named targets. */
public final class ContextCommands {
    private ContextCommands() {}

    private static Map<String, String> known(Settings settings, String name) {
        return settings.context(name)
                .orElseThrow(() -> new CliException(CliError.of(
                        "not_found", 4, "not_found", "there is no context '" + name + "'", "vt context list")));
    }

    @Command(name = "list", description = "list the named targets of this machine")
    public static final class ListAll extends VtCommand {
        @Override
        protected int run(Session session) {
            Settings settings = session.settings();
            List<Doc> items = new ArrayList<>();
            settings.contexts().forEach((name, fields) -> {
                Map<String, Object> item = new TreeMap<>(fields);
                item.put("name", name);
                item.put("current", name.equals(settings.current()));
                items.add(new Doc(item));
            });
            session.printList("context", items, () -> {
                Table table = new Table("NAME", "CURRENT", "SERVER", "ORG", "PROJECT", "APP", "ENV");
                items.forEach(item -> table.row(
                        item.str("name"),
                        item.flag("current") ? "yes" : "",
                        item.str("server"),
                        item.str("org"),
                        item.str("project"),
                        item.str("app"),
                        item.str("env")));
                table.print(session.out(), session.width());
            });
            return 0;
        }
    }

    @Command(name = "show", description = "show the target in force")
    public static final class Show extends VtCommand {
        @Override
        protected int run(Session session) {
            Map<String, String> fields = session.context();
            if (session.globals().isJson()) {
                session.print("vt.context/v1", "item", fields);
            } else {
                fields.forEach((key, value) -> session.out().println(key + ": " + value));
            }
            return 0;
        }
    }

    @Command(name = "create", description = "name a target: give --server, --org, --project, --app, --env")
    @SuppressWarnings("NullAway.Init")
    public static final class Create extends VtCommand {
        @Parameters(paramLabel = "NAME", description = "of the context")
        private String name;

        @Option(names = "--ca-file", paramLabel = "FILE", description = "trust this certificate authority")
        private @Nullable String caFile;

        @Override
        protected int run(Session session) {
            if (!name.matches("[a-z0-9-]{1,32}")) {
                throw usage("a context name has letters, digits and dashes");
            }
            Map<String, String> fields = new TreeMap<>();
            put(fields, "server", session.globals().server);
            put(fields, "org", session.globals().org);
            put(fields, "project", session.globals().project);
            put(fields, "app", session.globals().app);
            put(fields, "env", session.globals().env);
            put(fields, "ca_file", caFile);
            Settings settings = session.settings();
            settings.contexts().put(name, fields);
            if (settings.current().isEmpty()) {
                settings.use(name);
            }
            settings.save();
            session.out().println("OK    created context " + name);
            return 0;
        }

        private static void put(Map<String, String> fields, String key, @Nullable String value) {
            if (value != null) {
                fields.put(key, value);
            }
        }
    }

    @Command(name = "use", description = "make a target the one that commands take")
    @SuppressWarnings("NullAway.Init")
    public static final class Use extends VtCommand {
        @Parameters(paramLabel = "NAME", description = "of the context")
        private String name;

        @Override
        protected int run(Session session) {
            Settings settings = session.settings();
            known(settings, name);
            settings.use(name);
            settings.save();
            session.out().println("OK    using context " + name);
            return 0;
        }
    }

    @Command(name = "delete", description = "forget a named target")
    @SuppressWarnings("NullAway.Init")
    public static final class Delete extends VtCommand {
        @Parameters(paramLabel = "NAME", description = "of the context")
        private String name;

        @Override
        protected int run(Session session) {
            Settings settings = session.settings();
            known(settings, name);
            settings.contexts().remove(name);
            if (settings.current().equals(name)) {
                settings.use("");
            }
            settings.save();
            session.out().println("OK    deleted context " + name);
            return 0;
        }
    }
}
