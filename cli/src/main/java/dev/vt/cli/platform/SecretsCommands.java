package dev.vt.cli.platform;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
import dev.vt.cli.work.EnvWait;
import dev.vt.cli.work.WaitOptions;
import dev.vt.manifest.secrets.SecretBundle;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Secrets of an environment: values go in by prompt, standard input or file, and never come out (secrets.md §6, C6). */
public final class SecretsCommands {
    private SecretsCommands() {}

    private static String path(Session session) {
        return session.target().envPath() + "/secrets";
    }

    private static Doc change(Session session, String method, String path, Map<String, ?> body, String activity) {
        return session.change(
                method,
                path(session) + path,
                body,
                activity + " of " + session.target().label());
    }

    /** A new version restarts instances by a normal rollout, which can be waited for. */
    private static int finish(Session session, WaitOptions wait, String sentence, Doc answer) {
        return EnvWait.finish(session, wait, receipt(session, sentence, answer));
    }

    private static Receipt receipt(Session session, String sentence, Doc answer) {
        String env = session.target().env().str("name");
        return new Receipt(
                sentence,
                session.target().label(),
                answer,
                session.idempotencyKey(),
                List.of(new Receipt.Next("status", "vt secrets status --env " + env)));
    }

    /** A value as the API takes it. */
    private static Map<String, Object> value(byte[] bytes) {
        return Map.of("base64", Base64.getEncoder().encodeToString(bytes));
    }

    @Command(name = "set", description = "set variables; values come from a prompt, - (standard input) or KEY=@file")
    @SuppressWarnings("NullAway.Init")
    public static final class SetValues extends VtCommand {
        @Parameters(
                arity = "1..*",
                paramLabel = "KEY",
                description = "KEY asks for the value, KEY=@file reads a file, KEY=- or a last - reads standard input")
        private List<String> keys;

        @Option(names = "--if-version", paramLabel = "N", description = "only if this is the current version")
        private @Nullable Integer ifVersion;

        @Mixin
        private WaitOptions wait;

        @Override
        protected int run(Session session) throws IOException {
            Map<String, Object> values = new LinkedHashMap<>();
            for (String argument : spelled()) {
                int equals = argument.indexOf('=');
                String key = equals < 0 ? argument : argument.substring(0, equals);
                String source = equals < 0 ? "" : argument.substring(equals + 1);
                if (!SecretBundle.KEY.matcher(key).matches()) {
                    throw new CliException(CliError.usage(
                            "invalid_argument",
                            "a key has A-Z, 0-9 and _, and begins with a letter or _",
                            "vt secrets set DATABASE_URL"));
                }
                if (equals >= 0 && !source.startsWith("@") && !source.equals("-")) {
                    throw new CliException(CliError.usage(
                            "invalid_argument",
                            "a value on the command line would stay in the shell history and the process list",
                            "printf %s VALUE | vt secrets set " + key + "=-"));
                }
                values.put(key, value(read(session, key, source)));
            }
            Map<String, Object> body = new LinkedHashMap<>(Map.of("set", values));
            if (ifVersion != null) {
                body.put("if_version", ifVersion);
            }
            Doc answer = change(session, "PATCH", "", body, "setting secrets");
            return finish(session, wait, "set " + String.join(", ", values.keySet()), answer);
        }

        /** {@code KEY -} means {@code KEY=-}; standard input is one value. */
        private List<String> spelled() {
            List<String> all = new ArrayList<>(keys);
            if (all.size() == 2 && all.get(1).equals("-")) {
                return List.of(all.getFirst() + "=-");
            }
            if (all.stream().filter(key -> key.endsWith("=-")).count() > 1) {
                throw usage("standard input is one value: give the others as KEY=@file");
            }
            return all;
        }

        private static byte[] read(Session session, String key, String source) throws IOException {
            if (source.startsWith("@")) {
                return Files.readAllBytes(session.shell().workingDirectory().resolve(source.substring(1)));
            }
            if (source.equals("-")) {
                return session.shell().in().readAllBytes();
            }
            Console console = session.interactive() ? System.console() : null;
            if (console == null) {
                throw new CliException(CliError.usage(
                        "confirmation_required",
                        "no terminal to ask for the value of " + key,
                        "printf %s VALUE | vt secrets set " + key + "=-"));
            }
            char[] typed = console.readPassword("%s: ", key);
            return typed == null ? new byte[0] : new String(typed).getBytes(StandardCharsets.UTF_8);
        }
    }

    @Command(name = "unset", description = "remove variables")
    @SuppressWarnings("NullAway.Init")
    public static final class Unset extends VtCommand {
        @Parameters(arity = "1..*", paramLabel = "KEY", description = "variables to remove")
        private List<String> keys;

        @Option(names = "--if-version", paramLabel = "N", description = "only if this is the current version")
        private @Nullable Integer ifVersion;

        @Mixin
        private WaitOptions wait;

        @Override
        protected int run(Session session) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            keys.forEach(key -> values.put(key, null));
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            body.put("set", values);
            if (ifVersion != null) {
                body.put("if_version", ifVersion);
            }
            Doc answer = change(session, "PATCH", "", body, "unsetting secrets");
            return finish(session, wait, "unset " + String.join(", ", keys), answer);
        }
    }

    @Command(name = "import", description = "replace all variables by those of a file")
    @SuppressWarnings("NullAway.Init")
    public static final class Import extends VtCommand {
        @Option(
                names = "--from",
                required = true,
                paramLabel = "FILE",
                description = "dotenv, export lines or the delivery format; - reads standard input")
        private String from;

        @Option(names = "--if-version", paramLabel = "N", description = "only if this is the current version")
        private @Nullable Integer ifVersion;

        @Mixin
        private WaitOptions wait;

        @Override
        protected int run(Session session) throws IOException {
            Map<String, byte[]> entries = SecretsFile.read(session, from);
            Map<String, Object> values = new LinkedHashMap<>();
            entries.forEach((key, bytes) -> values.put(key, value(bytes)));
            Map<String, Object> body = new LinkedHashMap<>(Map.of("values", values));
            if (ifVersion != null) {
                body.put("if_version", ifVersion);
            }
            Doc answer = change(session, "PUT", "", body, "importing secrets");
            return finish(
                    session,
                    wait,
                    "imported " + values.size() + (values.size() == 1 ? " variable" : " variables"),
                    answer);
        }
    }

    @Command(name = "confirm", description = "state that the environment needs no secrets, so that it can be deployed")
    public static final class ConfirmNone extends VtCommand {
        @Option(
                names = "--none",
                required = true,
                description = "there is nothing else to confirm, so it must be given")
        @SuppressWarnings("UnusedVariable")
        private boolean none;

        @Override
        protected int run(Session session) {
            Doc answer = change(session, "POST", "/confirm-none", Map.of(), "confirming that there are no secrets");
            receipt(session, "confirmed that no secrets are needed", answer).print(session);
            return 0;
        }
    }

    @Command(name = "list", description = "list the names of the variables; values never come out")
    public static final class ListNames extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc bundle = session.api()
                    .get(path(session), "reading secrets of " + session.target().label());
            List<Doc> keys = bundle.list("keys");
            if (session.globals().isJson()) {
                session.print("vt.secret/v1", "items", keys);
                return 0;
            }
            if (session.globals().isIds()) {
                keys.forEach(key -> session.out().println(key.str("name")));
                return 0;
            }
            Table table = new Table("KEY", "BYTES");
            keys.forEach(key -> table.row(key.str("name"), key.str("size_bytes")));
            table.print(session.out(), session.width());
            return 0;
        }
    }

    @Command(name = "versions", description = "list the versions; each change makes one")
    public static final class Versions extends VtCommand {
        @Override
        protected int run(Session session) {
            List<Doc> items = session.api().list(path(session) + "/versions", "listing secret versions");
            session.printList("secret_version", items, () -> {
                Table table = new Table("ID", "NUMBER", "CAUSE", "KEYS", "CREATED");
                items.forEach(item -> table.row(
                        item.str("id"),
                        item.str("number"),
                        item.str("cause"),
                        Integer.toString(item.list("keys").size()),
                        Text.time(item.str("created_at"))));
                table.print(session.out(), session.width());
            });
            return 0;
        }
    }

    @Command(name = "status", description = "show whether a deploy may go on, and which version each instance has")
    public static final class Status extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc bundle = session.api()
                    .get(path(session), "reading secrets of " + session.target().label());
            List<Doc> instances = session.api().list(session.target().envPath() + "/instances", "listing instances");
            if (session.globals().isJson()) {
                session.print("vt.secrets_status/v1", "item", Map.of("bundle", bundle, "instances", instances));
                return 0;
            }
            session.out()
                    .println(
                            bundle.number("number") == 0
                                    ? "gate closed: set a variable, or: vt secrets confirm --none"
                                    : "gate open: version " + bundle.str("number") + " (" + bundle.str("cause") + ")");
            Table table = new Table("INSTANCE", "PROCESS", "STATUS", "VERSION");
            instances.stream()
                    .filter(item -> !"stopped".equals(item.str("status")))
                    .forEach(item -> table.row(
                            item.str("id"),
                            item.str("process_type"),
                            item.str("status"),
                            item.str("secrets_version_id")));
            table.print(session.out(), session.width());
            return 0;
        }
    }

    @Command(name = "rollback", description = "make an earlier version current again")
    @SuppressWarnings("NullAway.Init")
    public static final class Rollback extends VtCommand {
        @Option(names = "--to", required = true, paramLabel = "N", description = "number of the version")
        private int to;

        @Mixin
        private WaitOptions wait;

        @Override
        protected int run(Session session) {
            Doc answer = change(session, "POST", "/rollback", Map.of("number", to), "rolling back secrets");
            return finish(session, wait, "rolled secrets back to version " + to, answer);
        }
    }

    @Command(name = "rotate", description = "replace the value of one variable")
    @SuppressWarnings("NullAway.Init")
    public static final class Rotate extends VtCommand {
        @Parameters(paramLabel = "KEY", description = "variable")
        private String key;

        @Option(names = "--stdin", description = "read the new value from standard input")
        private boolean stdin;

        @Option(
                names = "--generate",
                paramLabel = "N",
                description = "let the server make N random bytes, as base64url")
        private @Nullable Integer generate;

        @Option(names = "--show-once", description = "with --generate: print the new value, this one time")
        private boolean showOnce;

        @Option(names = "--if-version", paramLabel = "N", description = "only if this is the current version")
        private @Nullable Integer ifVersion;

        @Mixin
        private WaitOptions wait;

        @Override
        protected int run(Session session) throws IOException {
            if (stdin == (generate != null)) {
                throw usage("give exactly one of --stdin and --generate");
            }
            if (showOnce && generate == null) {
                throw usage("--show-once goes with --generate");
            }
            Map<String, Object> body = new LinkedHashMap<>(Map.of("key", key));
            if (generate != null) {
                body.put("generate", generate);
                body.put("show_once", showOnce);
            } else {
                body.put("value", value(session.shell().in().readAllBytes()));
            }
            if (ifVersion != null) {
                body.put("if_version", ifVersion);
            }
            Doc answer = change(session, "POST", "/rotate", body, "rotating " + key);
            if (showOnce && session.globals().isIds()) {
                session.out().println(answer.str("secret"));
                return 0;
            }
            int exit = finish(session, wait, "rotated " + key, answer);
            if (showOnce && !session.globals().isJson() && !answer.str("secret").isEmpty()) {
                session.out().println("      value     " + answer.str("secret"));
            }
            return exit;
        }
    }

    @Command(name = "preview", description = "show which variables an import would change, and change nothing")
    @SuppressWarnings("NullAway.Init")
    public static final class Preview extends VtCommand {
        @Option(
                names = {"--from", "-f"},
                required = true,
                paramLabel = "FILE",
                description = "file to compare, - for standard input")
        private String from;

        @Override
        protected int run(Session session) throws IOException {
            Map<String, Object> values = new LinkedHashMap<>();
            SecretsFile.read(session, from).forEach((key, bytes) -> values.put(key, value(bytes)));
            Doc answer = session.api().ask(path(session) + "/preview", Map.of("values", values), "comparing secrets");
            if (session.globals().isJson()) {
                session.print("vt.secrets_preview/v1", "item", answer);
                return 0;
            }
            for (String change : List.of("added", "removed", "changed", "same", "restarts")) {
                List<String> names = new ArrayList<>();
                answer.list(change).forEach(name -> names.add(name.text().orElse("")));
                session.out().println(change + ": " + (names.isEmpty() ? "-" : String.join(", ", names)));
            }
            return 0;
        }
    }

    @Command(name = "validate", description = "check a file without a server; prints names and sizes only")
    @SuppressWarnings("NullAway.Init")
    public static final class Validate extends VtCommand {
        @Option(
                names = {"--from", "-f"},
                required = true,
                paramLabel = "FILE",
                description = "file to check, - for standard input")
        private String from;

        @Override
        protected int run(Session session) throws IOException {
            Map<String, byte[]> entries = SecretsFile.read(session, from);
            if (session.globals().isJson()) {
                List<Object> items = new ArrayList<>();
                entries.forEach((key, bytes) -> items.add(Map.of("name", key, "size_bytes", bytes.length)));
                session.print("vt.secrets_file/v1", "items", items);
                return 0;
            }
            Table table = new Table("KEY", "BYTES");
            entries.forEach((key, bytes) -> table.row(key, Integer.toString(bytes.length)));
            table.print(session.out(), session.width());
            return 0;
        }
    }

    @Command(name = "render", description = "print the file an instance gets, values masked")
    @SuppressWarnings("NullAway.Init")
    public static final class Render extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc bundle = session.api()
                    .get(path(session), "reading secrets of " + session.target().label());
            if (session.globals().isJson()) {
                session.print("vt.secrets_file/v1", "items", bundle.list("keys"));
                return 0;
            }
            session.out().println(SecretBundle.HEADER);
            bundle.list("keys").forEach(key -> session.out().println(key.str("name") + "=********"));
            return 0;
        }
    }
}
