package dev.vt.cli;

import dev.vt.cli.config.Settings;
import dev.vt.cli.core.Globals;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.Shell;
import dev.vt.cli.json.Doc;
import dev.vt.cli.resource.Kind;
import dev.vt.cli.work.Starters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What may stand at the end of a command line, for the scripts of {@code vt completion} (C15): commands, flags, their values, and
 * names and ids that the server or the last answer of it knows. Silent on every error, and never longer than
 * {@link #LIMIT} at the server.
 */
final class Completion {
    /** The hidden first word: {@code vt __complete envs describe p}. */
    static final String WORD = "__complete";

    private static final Duration LIMIT = Duration.ofMillis(200);
    private static final List<String> SETTINGS = List.of("server", "org", "project", "app", "env", "ca_file");

    private final Shell shell;
    private final List<String> before;
    private final String prefix;
    private final List<String> path = new ArrayList<>();
    private final List<String> positionals = new ArrayList<>();
    private CommandLine command;

    private Completion(Shell shell, List<String> words) {
        this.shell = shell;
        this.before = words.isEmpty() ? List.of() : words.subList(0, words.size() - 1);
        this.prefix = words.isEmpty() ? "" : words.getLast();
        String first = before.stream()
                .filter(word -> !word.startsWith("-"))
                .findFirst()
                .orElse("");
        CommandLine root = new CommandTree(shell, first).build();
        this.command = root.getSubcommands().isEmpty() ? new CommandTree(shell, "").build() : root;
    }

    /** @param words all but the program's name; the last is the one to complete */
    static int run(Shell shell, List<String> words) {
        try {
            Completion completion = new Completion(shell, words);
            String flag = completion.walk();
            completion.candidates(flag).stream()
                    .filter(candidate -> candidate.startsWith(completion.prefix))
                    .forEach(shell.out()::println);
        } catch (RuntimeException unknown) {
            // The shell of somebody who is typing is no place for an error.
        }
        shell.out().flush();
        return 0;
    }

    /** Goes down the tree; gives the flag whose value is being typed, or an empty text. */
    private String walk() {
        for (int i = 0; i < before.size(); i++) {
            String word = before.get(i);
            if (word.startsWith("-")) {
                OptionSpec option = command.getCommandSpec().findOption(word);
                boolean value = option == null
                        ? Arguments.takesValue(word)
                        : option.arity().max() > 0;
                if (value) {
                    if (i == before.size() - 1) {
                        return word;
                    }
                    i++;
                }
            } else if (positionals.isEmpty() && command.getSubcommands().get(word) instanceof CommandLine next) {
                command = next;
                path.add(next.getCommandName());
            } else {
                positionals.add(word);
            }
        }
        return "";
    }

    private Collection<String> candidates(String flag) {
        if (!flag.isEmpty()) {
            return values(flag);
        }
        Set<String> all = new TreeSet<>();
        if (prefix.startsWith("-")) {
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> all.add(option.longestName()));
            return all;
        }
        if (positionals.isEmpty()) {
            all.addAll(command.getSubcommands().keySet());
        }
        all.addAll(arguments());
        return all;
    }

    private Collection<String> values(String flag) {
        return switch (flag) {
            case "--org" -> names(Kind.ORG);
            case "--project" -> names(Kind.PROJECT);
            case "--app" -> names(Kind.APP);
            case "--env" -> names(Kind.ENV);
            case "--process" -> names(Kind.PROCESS);
            case "--release", "--to" -> names(Kind.RELEASE);
            case "--instance" -> names(Kind.INSTANCE);
            case "--context" -> contexts();
            case "--format" -> List.of("table", "json", "ids");
            case "--progress" -> List.of("auto", "plain", "json", "none");
            case "--proxy-protocol" -> List.of("off", "v2");
            case "--ipv4" -> List.of("off", "also", "required");
            case "--stream" -> List.of("stdout", "stderr", "system");
            case "--starter" ->
                Starters.ALL.stream().map(Starters.Starter::name).toList();
            case "--kind" ->
                path.contains("tokens") ? List.of("node", "edge", "server") : List.of("tls_passthrough", "tcp_raw");
            default -> List.of();
        };
    }

    private Collection<String> arguments() {
        String verb = path.isEmpty() ? "" : path.getLast();
        String noun = path.isEmpty() ? "" : path.getFirst();
        int position = positionals.size();
        return switch (noun) {
            case "describe", "wait" ->
                position == 0
                        ? Kind.ALL.stream().map(Kind::singular).toList()
                        : position == 1
                                ? kind(positionals.getFirst()).map(this::names).orElse(List.of())
                                : List.of();
            case "exec", "ssh" ->
                verb.equals("revoke") ? names(Kind.EXEC_SESSION) : position == 0 ? names(Kind.INSTANCE) : List.of();
            case "scale" -> names(Kind.PROCESS).stream().map(name -> name + "=").toList();
            case "secrets" -> List.of("set", "unset", "rotate").contains(verb) ? secretKeys() : List.of();
            case "context" -> List.of("use", "delete").contains(verb) && position == 0 ? contexts() : List.of();
            case "settings" -> List.of("get", "set").contains(verb) && position == 0 ? SETTINGS : List.of();
            case "completion" -> List.of("bash", "zsh", "fish");
            case "starters" ->
                verb.equals("show")
                        ? Starters.ALL.stream().map(Starters.Starter::name).toList()
                        : List.of();
            case "cluster" ->
                verb.equals("rebuild")
                        ? remote(
                                "views",
                                session -> session.api().once().get("/v1/cluster/views", "").list("items").stream()
                                        .map(view -> view.str("name"))
                                        .toList())
                        : List.of();
            default ->
                path.size() == 2 && takesOne(verb) && (position == 0 || verb.equals("diff"))
                        ? kind(noun).map(this::names).orElse(List.of())
                        : List.of();
        };
    }

    private static boolean takesOne(String verb) {
        return !List.of("list", "create").contains(verb);
    }

    private static Optional<Kind> kind(String word) {
        return Kind.ALL.stream()
                .filter(kind -> kind.singular().equals(word) || kind.plural().equals(word))
                .findFirst();
    }

    private Collection<String> contexts() {
        return Settings.load(shell.directory("config")).contexts().keySet();
    }

    private List<String> secretKeys() {
        return remote(
                "secrets",
                session -> session.api().get(session.target().envPath() + "/secrets", "").list("keys").stream()
                        .map(key -> key.str("name"))
                        .toList());
    }

    /** Names where a kind has them, else what people call one, and its id. */
    private List<String> names(Kind kind) {
        return remote(kind.plural(), session -> {
            List<String> names = new ArrayList<>();
            for (Doc item : session.api().list(kind.collection().apply(session.target()), "")) {
                var calls = kind.calls();
                List<String> called = calls == null ? List.of(item.str("name")) : calls.apply(item);
                if (!"stopped".equals(item.str("status"))) {
                    names.addAll(called.isEmpty() ? List.of(item.str("id")) : called);
                }
            }
            return names;
        });
    }

    private interface Question {
        List<String> ask(Session session);
    }

    /** Asks the server for a moment; what it said last time is better than nothing. */
    private List<String> remote(String what, Question question) {
        Session session = Session.inHurry(shell, globals(), LIMIT);
        CompletionCache cache = new CompletionCache(shell, session, what);
        Optional<List<String>> fresh = cache.fresh();
        if (fresh.isPresent()) {
            return fresh.get();
        }
        AtomicReference<@Nullable List<String>> answer = new AtomicReference<>();
        Thread asking = Thread.ofVirtual().name("complete").start(() -> {
            try {
                answer.set(question.ask(session));
            } catch (RuntimeException unknown) {
                // As in run.
            }
        });
        try {
            asking.join(LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<String> names = answer.get();
        if (names == null) {
            shell.interrupts().raise();
            return cache.stale();
        }
        cache.store(names);
        return names;
    }

    /** The target flags of what has been typed so far. */
    private Globals globals() {
        Globals globals = new Globals();
        for (int i = 0; i < before.size(); i++) {
            String word = before.get(i);
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = equals >= 0 ? word.substring(equals + 1) : i + 1 < before.size() ? before.get(i + 1) : "";
            if (!value.isEmpty()) {
                switch (name) {
                    case "--org" -> globals.org = value;
                    case "--project" -> globals.project = value;
                    case "--app" -> globals.app = value;
                    case "--env" -> globals.env = value;
                    case "--context" -> globals.context = value;
                    case "--server" -> globals.server = value;
                    default -> {}
                }
            }
        }
        return globals;
    }
}
