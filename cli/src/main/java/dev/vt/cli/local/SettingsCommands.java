package dev.vt.cli.local;

import dev.vt.cli.config.Settings;
import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.output.Table;
import dev.vt.kernel.NearestName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vt settings …}: the fields of the context in force, one by one. */
public final class SettingsCommands {
    private static final List<String> KEYS = List.of("server", "org", "project", "app", "env", "ca_file");
    private static final String FIRST = "default";

    private SettingsCommands() {}

    private static String known(String key) {
        if (!KEYS.contains(key)) {
            throw new CliException(CliError.usage(
                    "invalid_argument",
                    "there is no setting '" + key + "'"
                            + NearestName.of(key, KEYS)
                                    .map(near -> "; did you mean '" + near + "'?")
                                    .orElse(""),
                    "use one of " + String.join(", ", KEYS)));
        }
        return key;
    }

    @Command(name = "list", description = "list the settings of the context in force")
    public static final class ListAll extends VtCommand {
        @Override
        protected int run(Session session) {
            Map<String, String> fields = new TreeMap<>(session.context());
            if (session.globals().isJson()) {
                session.print("vt.settings/v1", "item", fields);
                return 0;
            }
            Table table = new Table("KEY", "VALUE");
            fields.forEach((key, value) -> table.row(key, value));
            table.print(session.out(), session.width());
            return 0;
        }
    }

    @Command(name = "get", description = "print one setting")
    @SuppressWarnings("NullAway.Init")
    public static final class Get extends VtCommand {
        @Parameters(paramLabel = "KEY", description = "server, org, project, app, env or ca_file")
        private String key;

        @Override
        protected int run(Session session) {
            String value = session.context().get(known(key));
            if (value == null) {
                throw new CliException(CliError.of(
                        "not_found", 4, "not_found", key + " is not set", "vt settings set " + key + " VALUE"));
            }
            if (session.globals().isJson()) {
                session.print("vt.settings/v1", "item", Map.of(key, value));
            } else {
                session.out().println(value);
            }
            return 0;
        }
    }

    @Command(name = "set", description = "change one setting of the context in force; an empty value removes it")
    @SuppressWarnings("NullAway.Init")
    public static final class Put extends VtCommand {
        @Parameters(index = "0", paramLabel = "KEY", description = "server, org, project, app, env or ca_file")
        private String key;

        @Parameters(index = "1", paramLabel = "VALUE", description = "new value")
        private String value;

        @Override
        protected int run(Session session) {
            known(key);
            if (value.matches(".*[\"\\\\\\p{Cntrl}].*")) {
                throw usage("a setting has no quotes, backslashes or control characters");
            }
            Settings settings = session.settings();
            String name = session.contextName().orElse(FIRST);
            Map<String, String> fields = settings.contexts().computeIfAbsent(name, added -> new TreeMap<>());
            boolean same = value.isEmpty() ? !fields.containsKey(key) : value.equals(fields.get(key));
            if (value.isEmpty()) {
                fields.remove(key);
            } else {
                fields.put(key, value);
            }
            if (settings.current().isEmpty()) {
                settings.use(name);
            }
            settings.save();
            session.out()
                    .println((same ? "SAME  " : "OK    ") + (value.isEmpty() ? "removed " + key : "set " + key)
                            + " of context " + name);
            return 0;
        }
    }

    @Command(name = "path", description = "print where the settings are kept")
    public static final class Where extends VtCommand {
        @Override
        protected int run(Session session) {
            session.out().println(session.settings().file());
            return 0;
        }
    }
}
