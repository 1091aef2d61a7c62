package dev.vt.cli.platform;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Secrets of an environment: values go in by prompt, standard input or file, and never come out (secrets.md §6, C6). */
public final class SecretsCommands {
    private SecretsCommands() {}

    private static String path(Session session) {
        return session.target().envPath() + "/secrets";
    }

    private static void receipt(Session session, String sentence, Doc answer) {
        String env = session.target().env().str("name");
        new Receipt(
                        sentence,
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next("status", "vt secrets status --env " + env)))
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
    }

    /** A value as the API takes it: text if it is plain UTF-8 without control characters, else base64. */
    private static Map<String, Object> value(byte[] bytes) {
        return Map.of("base64", Base64.getEncoder().encodeToString(bytes));
    }

    @Command(name = "set", description = "set variables; values come from a prompt, - (standard input) or KEY=@file")
    @SuppressWarnings("NullAway.Init")
    public static final class SetValues extends VtCommand {
        @Parameters(arity = "1..*", paramLabel = "KEY", description = "KEY, KEY=@file or KEY=-")
        private List<String> keys;

        @Option(names = "--if-version", paramLabel = "N", description = "only if this is the current version")
        private @Nullable Integer ifVersion;

        @Override
        protected int run(Session session) throws IOException {
            Map<String, Object> values = new LinkedHashMap<>();
            for (String argument : keys) {
                int equals = argument.indexOf('=');
                String key = equals < 0 ? argument : argument.substring(0, equals);
                String source = equals < 0 ? "" : argument.substring(equals + 1);
                if (!source.isEmpty() && !source.startsWith("@") && !source.equals("-")) {
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
            Doc answer = session.api()
                    .mutate(
                            "PATCH",
                            path(session),
                            body,
                            session.idempotencyKey(),
                            "setting secrets of " + session.target().label());
            receipt(session, "set " + String.join(", ", values.keySet()), answer);
            return 0;
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
        @Parameters(arity = "1..*", paramLabel = "KEY")
        private List<String> keys;

        @Override
        protected int run(Session session) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            keys.forEach(key -> values.put(key, null));
            Doc answer = session.api()
                    .mutate(
                            "PATCH",
                            path(session),
                            Map.of("set", values),
                            session.idempotencyKey(),
                            "unsetting secrets of " + session.target().label());
            receipt(session, "unset " + String.join(", ", keys), answer);
            return 0;
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

        @Override
        protected int run(Session session) throws IOException {
            Map<String, byte[]> entries = SecretsFile.read(session, from);
            Map<String, Object> values = new LinkedHashMap<>();
            entries.forEach((key, bytes) -> values.put(key, value(bytes)));
            Map<String, Object> body = new LinkedHashMap<>(Map.of("values", values));
            if (ifVersion != null) {
                body.put("if_version", ifVersion);
            }
            Doc answer = session.api()
                    .mutate(
                            "PUT",
                            path(session),
                            body,
                            session.idempotencyKey(),
                            "importing secrets of " + session.target().label());
            receipt(session, "imported " + values.size() + " variables", answer);
            return 0;
        }
    }

    @Command(name = "confirm", description = "state that the environment needs no secrets")
    public static final class ConfirmNone extends VtCommand {
        @Option(names = "--none", required = true, description = "required: there is nothing else to confirm")
        @SuppressWarnings("UnusedVariable")
        private boolean none;

        @Override
        protected int run(Session session) {
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            path(session) + "/confirm-none",
                            Map.of(),
                            session.idempotencyKey(),
                            "confirming that " + session.target().label() + " needs no secrets");
            receipt(session, "confirmed that no secrets are needed", answer);
            return 0;
        }
    }

    @Command(name = "list", description = "names of the variables")
    public static final class ListNames extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc bundle = session.api()
                    .get(path(session), "reading secrets of " + session.target().label());
            List<Doc> keys = bundle.list("keys");
            if (session.globals().isJson()) {
                session.print("vt.secrets/v1", "items", keys);
                return 0;
            }
            Table table = new Table("KEY", "BYTES");
            keys.forEach(key ->
                    table.row(key.isObject() ? key.str("name") : key.text().orElse(""), key.str("size_bytes")));
            table.print(session.out(), 0);
            return 0;
        }
    }

    @Command(name = "versions", description = "versions of the bundle")
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
                table.print(session.out(), 0);
            });
            return 0;
        }
    }

    @Command(name = "status", description = "the gate, and which version each instance has")
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
            String number = bundle.str("number");
            session.out()
                    .println(
                            number.isEmpty()
                                    ? "gate closed: set a variable, or: vt secrets confirm --none"
                                    : "gate open: version " + number + " (" + bundle.str("cause") + ")");
            Table table = new Table("INSTANCE", "PROCESS", "STATUS", "VERSION");
            instances.stream()
                    .filter(item -> !"stopped".equals(item.str("status")))
                    .forEach(item -> table.row(
                            item.str("id"),
                            item.str("process_type"),
                            item.str("status"),
                            item.str("secrets_version_id")));
            table.print(session.out(), 0);
            return 0;
        }
    }

    @Command(name = "rollback", description = "make an earlier version current again")
    @SuppressWarnings("NullAway.Init")
    public static final class Rollback extends VtCommand {
        @Option(names = "--to", required = true, paramLabel = "N", description = "number of the version")
        private int to;

        @Override
        protected int run(Session session) {
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            path(session) + "/rollback",
                            Map.of("number", to),
                            session.idempotencyKey(),
                            "rolling secrets back");
            receipt(session, "rolled secrets back to version " + to, answer);
            return 0;
        }
    }

    @Command(name = "rotate", description = "replace one value")
    @SuppressWarnings("NullAway.Init")
    public static final class Rotate extends VtCommand {
        @Parameters(paramLabel = "KEY")
        private String key;

        @Option(names = "--stdin", description = "read the new value from standard input")
        private boolean stdin;

        @Option(names = "--generate", paramLabel = "N", description = "let the server make N random bytes")
        private @Nullable Integer generate;

        @Override
        protected int run(Session session) throws IOException {
            if (stdin == (generate != null)) {
                throw usage("give exactly one of --stdin and --generate");
            }
            Map<String, Object> body = new LinkedHashMap<>(Map.of("key", key));
            if (generate != null) {
                body.put("generate", generate);
            } else {
                body.put("value", value(session.shell().in().readAllBytes()));
            }
            Doc answer = session.api()
                    .mutate("POST", path(session) + "/rotate", body, session.idempotencyKey(), "rotating " + key);
            receipt(session, "rotated " + key, answer);
            return 0;
        }
    }

    @Command(name = "preview", description = "what an import would change; changes nothing")
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
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            path(session) + "/preview",
                            Map.of("values", values),
                            session.idempotencyKey(),
                            "comparing secrets");
            if (session.globals().isJson()) {
                session.print("vt.secrets_preview/v1", "item", answer);
                return 0;
            }
            for (String change : List.of("added", "removed", "changed", "same")) {
                List<String> names = new ArrayList<>();
                answer.list(change).forEach(name -> names.add(name.text().orElse("")));
                session.out().println(change + ": " + (names.isEmpty() ? "-" : String.join(", ", names)));
            }
            return 0;
        }
    }

    @Command(name = "validate", description = "check a file offline; prints names and sizes only")
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
            table.print(session.out(), 0);
            return 0;
        }
    }

    @Command(name = "render", description = "the shape of the delivered file, values masked")
    @SuppressWarnings("NullAway.Init")
    public static final class Render extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc bundle = session.api()
                    .get(path(session), "reading secrets of " + session.target().label());
            session.out().println("# VT_SECRETS_V1");
            bundle.list("keys")
                    .forEach(key -> session.out()
                            .println((key.isObject()
                                            ? key.str("name")
                                            : key.text().orElse("")) + "=********"));
            return 0;
        }
    }
}
