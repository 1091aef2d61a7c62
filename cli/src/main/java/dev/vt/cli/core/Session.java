package dev.vt.cli.core;

import dev.vt.cli.config.Settings;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.http.Servers;
import dev.vt.cli.json.Doc;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** One invocation: the world, the flags, and what follows from both. Parts are made when first asked for. */
public final class Session {
    public static final String DEFAULT_SERVER = "http://127.0.0.1:8440";

    private final Shell shell;
    private final Globals globals;
    private @Nullable Settings settings;
    private @Nullable ApiClient api;
    private @Nullable Servers servers;
    private @Nullable Target target;
    private final String idempotencyKey;
    private boolean announced;
    private @Nullable Duration limit;

    public Session(Shell shell, Globals globals) {
        this.shell = shell;
        this.globals = globals;
        String given = globals.idempotencyKey;
        this.idempotencyKey = given == null ? shell.keys().get() : given;
    }

    /** A session whose calls are made once and give up after {@code limit}: completion must not keep anybody waiting. */
    public static Session inHurry(Shell shell, Globals globals, Duration limit) {
        Session session = new Session(shell, globals);
        session.limit = limit;
        return session;
    }

    public Shell shell() {
        return shell;
    }

    public Globals globals() {
        return globals;
    }

    public PrintStream out() {
        return shell.out();
    }

    public PrintStream err() {
        return shell.err();
    }

    /** One per invocation, kept across its own retries (C5). */
    public String idempotencyKey() {
        return idempotencyKey;
    }

    /** A key for the n-th call of one invocation. */
    public String idempotencyKey(String part) {
        return idempotencyKey + "." + part;
    }

    public Settings settings() {
        if (settings == null) {
            settings = Settings.load(shell.directory("config"));
        }
        return settings;
    }

    /** The name of the context in force, whether or not it exists. */
    public Optional<String> contextName() {
        return firstSet(
                globals.context, shell.env().get("VT_CONTEXT"), settings().current());
    }

    /** The fields of the context in force; empty if there is none. */
    public Map<String, String> context() {
        String name = firstSet(globals.context, shell.env().get("VT_CONTEXT")).orElse(null);
        Optional<Map<String, String>> context = settings().context(name);
        if (context.isEmpty() && name != null) {
            throw new CliException(
                    CliError.usage("target_missing", "there is no context '" + name + "'", "vt context list"));
        }
        return context.orElse(Map.of());
    }

    /** By which the control plane is known; with several servers the first of them. */
    public String server() {
        return servers().first();
    }

    private Servers servers() {
        if (servers == null) {
            servers = Servers.of(firstSet(
                            globals.server,
                            shell.env().get("VT_SERVER"),
                            context().get("server"))
                    .orElse(DEFAULT_SERVER));
        }
        return servers;
    }

    public Duration timeout() {
        if (limit != null) {
            return limit;
        }
        String text = globals.timeout;
        return text == null ? Duration.ofSeconds(30) : Durations.parse("--timeout", text);
    }

    /** The token for the server in force, renewed if need be; empty if nobody signed in. */
    public Optional<String> token() {
        return new SignIn(this, server()).token();
    }

    /** The client with the token of this server. */
    public ApiClient api() {
        if (api == null) {
            String server = server();
            String token = token().orElseThrow(() -> new CliException(CliError.of(
                    "auth", 3, "not_logged_in", "not signed in to " + server, "vt auth login --server " + server)));
            ApiClient client = client(token).announcing(this::announce);
            api = limit == null ? client : client.once();
        }
        return api;
    }

    /** A client for calls that need no token. */
    public ApiClient publicApi() {
        return client(null);
    }

    /** A client with this token, or without one. */
    public ApiClient client(@Nullable String token) {
        return new ApiClient(new ApiClient.Connection(
                servers(), token, timeout(), trust(), globals.debug ? shell.err() : null, shell.interrupts()));
    }

    /** Says what is about to be changed, before the first change (cli.md §2). */
    private void announce() {
        if (!announced && !globals.isJson()) {
            String label = target().label();
            if (!label.isEmpty()) {
                err().println("target " + label);
            }
        }
        announced = true;
    }

    /**
     * A mutation with this invocation's key.
     *
     * @param body a Map or Doc, or null for none
     */
    public Doc change(String method, String path, @Nullable Object body, String activity) {
        return api().mutate(method, path, body, idempotencyKey, activity);
    }

    /** @return false if Ctrl-C came before or during the pause */
    public boolean pause(Duration length) {
        return shell.interrupts().pause(length);
    }

    /** The width tables must keep to; 0 if nobody looks. */
    public int width() {
        return shell.terminals().out() ? shell.terminals().width() : 0;
    }

    private @Nullable SSLContext trust() {
        return firstSet(shell.env().get("VT_CA_FILE"), context().get("ca_file"))
                .map(Trust::ofFile)
                .orElse(null);
    }

    public Target target() {
        if (target == null) {
            target = new Target(this);
        }
        return target;
    }

    public boolean interactive() {
        return shell.terminals().in() && shell.terminals().err() && !globals.noInput;
    }

    public void print(String schema, String member, Object value) {
        out().print(dev.vt.cli.json.JsonWriter.document(Map.of("schema", schema, member, value)));
    }

    /** The items of a list answer as JSON, ids or through the table printer. */
    public void printList(String kind, java.util.List<Doc> items, Runnable table) {
        if (globals.isJson()) {
            print("vt." + kind + "/v1", "items", items);
        } else if (globals.isIds()) {
            items.forEach(item -> out().println(item.str("id")));
        } else {
            table.run();
        }
    }

    @SafeVarargs
    private static <T> Optional<T> firstSet(@Nullable T... candidates) {
        for (T candidate : candidates) {
            if (candidate != null && !candidate.toString().isEmpty()) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
