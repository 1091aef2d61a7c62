package dev.vt.manifest.schema;

import dev.vt.manifest.schema.Shape.ChoiceShape;
import dev.vt.manifest.schema.Shape.FlagShape;
import dev.vt.manifest.schema.Shape.KnownKey;
import dev.vt.manifest.schema.Shape.ListShape;
import dev.vt.manifest.schema.Shape.MapShape;
import dev.vt.manifest.schema.Shape.MillisShape;
import dev.vt.manifest.schema.Shape.PortShape;
import dev.vt.manifest.schema.Shape.SizeShape;
import dev.vt.manifest.schema.Shape.TableShape;
import dev.vt.manifest.schema.Shape.TextShape;
import dev.vt.manifest.schema.Shape.WholeShape;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Schema v1 of {@code vt.toml} (manifest.md §1), in the order {@code fmt} writes it. Its defaults never change. */
public final class ManifestSchema {
    public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    public static final Pattern VARIABLE = Pattern.compile("[A-Z_][A-Z0-9_]{0,127}");

    /** An OCI reference; a digest must be SHA-256. */
    public static final Pattern IMAGE_REF = Pattern.compile(
            "(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*"
                    + "|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?/)?"
                    + "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
                    + "(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?");

    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final String LABEL_KEY = "[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?";

    private static final Shape ARGV = new ListShape(text(1, 65_536), 1, 256);
    private static final Shape VARS = new MapShape("variable", VARIABLE, text(0, 65_536), 0, 512);
    private static final Shape SECONDS_600 = new WholeShape(1, 600);
    private static final Shape WORKDIR = formed(1, 1024, "/.*", "an absolute path");
    private static final Shape USER =
            formed(1, 128, "[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?", "a user, or user:group");
    private static final Shape LABEL_TERM = formed(
            1,
            192,
            "!" + LABEL_KEY + "|" + LABEL_KEY + "(?:!?=[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
            "key=value, key!=value, key or !key");
    private static final Shape PROCESS_NAME = formed(1, 32, NAME.pattern(), "the name of a process");

    private static final KnownKey APP = key(
            "app",
            table(
                    key("name", text(1, 64), "Finds the app; is not its identity."),
                    key("project", text(1, 64), "Finds the project of the app."),
                    key("description", text(0, 256), "For people.")),
            "Which app this file belongs to.");

    private static final KnownKey IMAGE = key(
                    "image",
                    table(
                            key(
                                    "ref",
                                    new TextShape(
                                            1,
                                            512,
                                            IMAGE_REF,
                                            "E_IMAGE_REF",
                                            "an OCI reference with a tag or a sha256 digest"),
                                    "OCI reference; may be given on the command line instead."),
                            key("pull_policy", choice("if_not_present", "always"), "When to ask the registry.")
                                    .or("if_not_present")),
                    "What to run.")
            .or(Map.of());

    private static final KnownKey VARS_KEY =
            key("vars", VARS, "Environment variables; never secret values.").or(Map.of());
    private static final KnownKey WORKDIR_KEY = key("workdir", WORKDIR, "Working directory; else the image's.");
    private static final KnownKey USER_KEY = key("user", USER, "User of the command; else the image's.");
    private static final KnownKey PRESTART_KEY =
            key("prestart", ARGV, "A command run in the guest before the process.");

    private static final KnownKey ENV = key(
                    "env",
                    table(
                            VARS_KEY,
                            WORKDIR_KEY,
                            USER_KEY,
                            PRESTART_KEY,
                            key("prestart_timeout_seconds", SECONDS_600, "Limit of prestart.")
                                    .or(30)),
                    "What all processes share.")
            .or(Map.of());

    private static final KnownKey RESOURCES = key(
                    "resources",
                    table(
                            key("memory", new SizeShape(64 * MIB), "Hard cap.").mandatory(),
                            key("cpu", new MillisShape(new BigDecimal("0.05"), new BigDecimal(64)), "Soft share.")
                                    .or(1000),
                            key("disk", new SizeShape(GIB), "Scratch disk.").or(4 * GIB)),
                    "What one instance gets.")
            .mandatory();

    private static final KnownKey SCALING = key(
                    "scaling",
                    table(
                            key("min", new WholeShape(0, 100), "Replicas until vt scale says otherwise.")
                                    .or(1),
                            key("max", new WholeShape(0, 1000), "Ceiling of vt scale; 100, or 1 with mounts."),
                            unsupported("autoscale", "set scaling.min, and vt scale while it runs")),
                    "How many instances.")
            .or(Map.of());

    private static final KnownKey RESTART = key(
                    "restart",
                    table(
                            key("policy", choice("always", "on-failure", "never"), "When the command ends.")
                                    .or("always"),
                            key("max_retries", new WholeShape(0, 100), "Only with on-failure; 3."),
                            key("backoff_seconds", new WholeShape(0, 300), "Doubles, at most 300.")
                                    .or(2)),
                    "What happens when the command ends.")
            .or(Map.of());

    private static final KnownKey PORTS = key(
                    "ports",
                    new ListShape(
                            table(
                                    key("name", formed(1, 32, NAME.pattern(), "a name"), "Default p<internal>."),
                                    key("internal", new WholeShape(1, 65_535), "Port in the guest.")
                                            .mandatory(),
                                    key(
                                                    "protocol",
                                                    new ChoiceShape(
                                                            List.of("tcp"),
                                                            Map.of("udp", "only tcp is carried; remove the port")),
                                                    "Transport.")
                                            .or("tcp")),
                            0,
                            64),
                    "Ports the process listens on.")
            .or(List.of());

    private static final KnownKey HEALTH = key(
            "health",
            table(
                    key("port", new PortShape(), "Name or number of a declared port.")
                            .mandatory(),
                    key("type", choice("tcp", "http"), "How to ask.").or("tcp"),
                    key("path", formed(1, 1024, "/.*", "a path that starts with /"), "Of an http check."),
                    key("interval_seconds", new WholeShape(1, 3600), "Between checks.")
                            .or(10),
                    key("timeout_seconds", new WholeShape(1, 3600), "Of one check; at most the interval.")
                            .or(2),
                    key("grace_period_seconds", new WholeShape(0, 3600), "Failures before this do not count.")
                            .or(10),
                    key("success_threshold", new WholeShape(1, 100), "Successes until ready.")
                            .or(1),
                    key("failure_threshold", new WholeShape(1, 100), "Failures until not ready.")
                            .or(3)),
            "When an instance is ready; without it, when its command has run 2 s.");

    private static final KnownKey MOUNTS = key(
                    "mounts",
                    new ListShape(
                            table(
                                    key("volume", formed(1, 32, NAME.pattern(), "a name"), "A volume of this file.")
                                            .mandatory(),
                                    key("path", text(1, 1024), "Absolute path in the guest.")
                                            .mandatory(),
                                    key("read_only", new FlagShape(), "No writes.")
                                            .or(false),
                                    unsupported("host", "declare a volume under [[volumes]] and mount that"),
                                    unsupported("host_path", "declare a volume under [[volumes]] and mount that"),
                                    unsupported("source", "declare a volume under [[volumes]] and mount that")),
                            0,
                            16),
                    "Volumes of the process; it then has one replica.")
            .or(List.of());

    private static final KnownKey SECRETS = key(
                    "secrets",
                    table(
                            key("required", new FlagShape(), "No secrets, no start.")
                                    .or(false),
                            unsupported(
                                    "path", "the secrets file is always /run/secrets/platform.env; link to it there")),
                    "The secrets file.")
            .or(Map.of());

    private static final KnownKey STOP = key(
                    "stop",
                    table(
                            key("signal", choice("TERM", "INT", "QUIT", "HUP"), "Asks the command to end.")
                                    .or("TERM"),
                            key("grace_seconds", new WholeShape(0, 300), "Until it is killed.")
                                    .or(10)),
                    "How the command is stopped.")
            .or(Map.of());

    private static final KnownKey PLACEMENT = key(
                    "placement",
                    table(
                            key("require", new ListShape(LABEL_TERM, 0, 32), "Labels a node must have.")
                                    .or(List.of()),
                            key(
                                            "prefer",
                                            new ListShape(
                                                    table(
                                                            key("term", LABEL_TERM, "Label term.")
                                                                    .mandatory(),
                                                            key("weight", new WholeShape(1, 100), "How much.")
                                                                    .or(10)),
                                                    0,
                                                    32),
                                            "Labels a node should have.")
                                    .or(List.of()),
                            key("apart", new ListShape(PROCESS_NAME, 0, 16), "Rather not beside these processes.")
                                    .or(List.of()),
                            key("together", new ListShape(PROCESS_NAME, 0, 16), "Rather beside these processes.")
                                    .or(List.of()),
                            key("spread_by", formed(1, 63, LABEL_KEY, "a label key"), "Label to spread over.")
                                    .or("zone")),
                    "Which nodes.")
            .or(Map.of());

    private static final Shape ROLLOUT = table(
            key("max_surge", new WholeShape(0, 10), "Instances above the wanted number.")
                    .or(1),
            key("max_unavailable", new WholeShape(0, 10), "Instances below it.").or(0),
            key("startup_timeout_seconds", new WholeShape(5, 1800), "Until an instance must be ready.")
                    .or(120),
            key("progress_timeout_seconds", new WholeShape(30, 7200), "Without progress the deploy fails.")
                    .or(600),
            key("min_ready_seconds", new WholeShape(0, 600), "Ready that long counts.")
                    .or(0),
            key("auto_rollback", new FlagShape(), "A failed deploy starts a rollback.")
                    .or(false));
    private static final KnownKey DEPLOY =
            key("deploy", ROLLOUT, "How a deploy proceeds.").or(Map.of());
    private static final KnownKey PROCESS_DEPLOY =
            key("deploy", ROLLOUT, "As [deploy], and wins over it.").partial();

    private static final KnownKey PROCESSES = key(
                    "processes",
                    new MapShape(
                            "process",
                            NAME,
                            table(
                                    key("command", ARGV, "argv; else the image's entrypoint and cmd."),
                                    WORKDIR_KEY,
                                    USER_KEY,
                                    VARS_KEY,
                                    PRESTART_KEY,
                                    key("prestart_timeout_seconds", SECONDS_600, "Limit of prestart; else as in env."),
                                    RESOURCES,
                                    SCALING,
                                    RESTART,
                                    PORTS,
                                    HEALTH,
                                    MOUNTS,
                                    SECRETS,
                                    STOP,
                                    PLACEMENT,
                                    PROCESS_DEPLOY,
                                    unsupported("build", "build the image elsewhere and name it in image.ref")),
                            1,
                            16),
                    "One table per process type.")
            .mandatory("E_NO_PROCESS");

    private static final KnownKey VOLUME_SIZE =
            key("size", new SizeShape(GIB), "Grows only.").mandatory();
    private static final KnownKey BACKUP_ENABLED =
            key("backup_enabled", new FlagShape(), "Backed up.").or(true);

    private static final KnownKey VOLUMES = key(
                    "volumes",
                    new ListShape(
                            table(
                                    key("name", formed(1, 32, NAME.pattern(), "a name"), "Unique in this file.")
                                            .mandatory(),
                                    VOLUME_SIZE,
                                    key(
                                                    "filesystem",
                                                    new ChoiceShape(
                                                            List.of("ext4"),
                                                            Map.of(
                                                                    "xfs", "use ext4",
                                                                    "btrfs", "use ext4",
                                                                    "zfs", "use ext4",
                                                                    "ext3", "use ext4",
                                                                    "f2fs", "use ext4")),
                                                    "File system.")
                                            .or("ext4"),
                                    BACKUP_ENABLED),
                            0,
                            16),
                    "Volumes created with the environment's first deploy.")
            .or(List.of());

    private static final KnownKey ROUTES = key(
            "routes",
            new ListShape(
                    table(
                            key("hostname", text(1, 1024), "DNS name; needed unless tcp_raw."),
                            key("listen_port", new WholeShape(1, 65_535), "Port of the edge.")
                                    .or(443),
                            key("process", PROCESS_NAME, "Target.").mandatory(),
                            key("port", new PortShape(), "Name or number of a port the process declares.")
                                    .mandatory(),
                            key(
                                            "kind",
                                            new ChoiceShape(
                                                    List.of("tls_passthrough", "tcp_raw"),
                                                    Map.of(
                                                            "http_terminate",
                                                            "terminate TLS in the process and use tls_passthrough")),
                                            "How connections are matched.")
                                    .or("tls_passthrough"),
                            key("proxy_protocol", choice("off", "v2"), "PROXY header to the process.")
                                    .or("off"),
                            key("backend_expects_proxy_protocol", new FlagShape(), "Said again for v2.")
                                    .or(false),
                            key("ipv4", choice("off", "also", "required"), "On the environment's IPv4 address.")
                                    .or("off"),
                            key("allow_no_sni", new FlagShape(), "Take clients without a server name.")
                                    .or(false)),
                    0,
                    64),
            "Without the key routes are left alone; with it the deploy makes them equal to the list.");

    private static final KnownKey ENVIRONMENTS = key(
                    "environments",
                    new MapShape(
                            "environment",
                            NAME,
                            new TableShape(
                                    List.of(
                                            key(
                                                    "env",
                                                    new TableShape(
                                                            List.of(VARS_KEY.partial()), namesExcept(ENV, "vars")),
                                                    "Variables of all processes."),
                                            key(
                                                    "processes",
                                                    new MapShape("process", NAME, processOverrides(), 0, 16),
                                                    "Processes of this file."),
                                            DEPLOY.partial(),
                                            key(
                                                    "volumes",
                                                    new MapShape(
                                                            "volume",
                                                            NAME,
                                                            new TableShape(
                                                                    List.of(
                                                                            VOLUME_SIZE.partial(),
                                                                            BACKUP_ENABLED.partial()),
                                                                    List.of("name", "filesystem")),
                                                            0,
                                                            16),
                                                    "Volumes of this file, by name."),
                                            ROUTES),
                                    List.of("schema_version", "app", "image", "environments")),
                            0,
                            32),
                    "What differs in an environment.")
            .or(Map.of());

    /** The whole document. */
    public static final TableShape ROOT = table(
            key(
                            "schema_version",
                            new TextShape(0, 64, Pattern.compile("v1"), "E_SCHEMA_VERSION", "\"v1\""),
                            "Always v1.")
                    .mandatory("E_SCHEMA_VERSION"),
            APP,
            IMAGE,
            ENV,
            PROCESSES,
            DEPLOY,
            VOLUMES,
            ROUTES,
            ENVIRONMENTS,
            unsupported("build", "build the image elsewhere and name it in image.ref"));

    private ManifestSchema() {}

    private static TableShape processOverrides() {
        List<KnownKey> allowed = List.of(VARS_KEY, RESOURCES, SCALING, HEALTH, PLACEMENT, PROCESS_DEPLOY);
        return new TableShape(
                allowed.stream().map(KnownKey::partial).toList(),
                namesExcept(PROCESSES, allowed.stream().map(KnownKey::name).toArray(String[]::new)));
    }

    private static List<String> namesExcept(KnownKey key, String... allowed) {
        Shape shape = key.shape() instanceof MapShape map ? map.value() : key.shape();
        return ((TableShape) shape)
                .keys().stream()
                        .map(KnownKey::name)
                        .filter(name -> !List.of(allowed).contains(name))
                        .toList();
    }

    private static KnownKey key(String name, Shape shape, String meaning) {
        return new KnownKey(name, shape, null, null, null, meaning);
    }

    private static KnownKey unsupported(String name, String instead) {
        return new KnownKey(name, text(0, 0), null, null, instead, "Not in this version.");
    }

    private static TableShape table(KnownKey... keys) {
        return new TableShape(List.of(keys), List.of());
    }

    private static Shape text(int minLength, int maxLength) {
        return new TextShape(minLength, maxLength, null, "E_PATTERN", "a string");
    }

    private static Shape formed(int minLength, int maxLength, String form, String expectation) {
        return new TextShape(minLength, maxLength, Pattern.compile(form, Pattern.DOTALL), "E_PATTERN", expectation);
    }

    private static Shape choice(String... values) {
        return new ChoiceShape(List.of(values), Map.of());
    }
}
