package dev.vt.control.server;

import dev.vt.control.cluster.ServerAddresses;
import dev.vt.kernel.NearestName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vt server init|run|join} was told.
 *
 * @param dev allows plain HTTP on loopback
 * @param postgresUrl null: the embedded one
 * @param raft whether the log is to be kept by Raft; a directory that is in Raft mode stays so
 * @param raftListen for the other servers, in Raft mode
 * @param join of {@code join} only
 * @param plainRegistries image registries that are spoken to without TLS, {@code host:port}
 */
public record ServerConfig(
        Command command,
        Path dataDir,
        InetSocketAddress listen,
        InetSocketAddress grpcListen,
        @Nullable URI postgresUrl,
        boolean dev,
        boolean raft,
        InetSocketAddress raftListen,
        @Nullable Join join,
        Set<String> plainRegistries) {
    /**
     * @param tokenFile holds an enrollment token of kind server
     * @param server {@code host:port} of another server's gRPC port
     * @param authority the cluster's {@code ca.pem}
     * @param name of this server in the cluster
     * @param masterKey a copy of the cluster's {@code master.key}
     */
    public record Join(Path tokenFile, String server, Path authority, String name, Path masterKey) {}

    public ServerConfig {
        plainRegistries = Set.copyOf(plainRegistries);
    }

    /** How others reach this server in Raft mode. */
    public ServerAddresses addresses() {
        return ServerAddresses.parse(
                        List.of(url(dev ? "http" : "https", listen), url("grpc", grpcListen), url("raft", raftListen)))
                .orElseThrow(() -> new IllegalArgumentException("Raft mode needs fixed ports"));
    }

    private static String url(String scheme, InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** By which images of the built-in registry are named: this server's own HTTP address. */
    public Set<String> ownRegistryHosts() {
        String host = listen.getAddress().getHostAddress();
        String literal = host.contains(":") ? "[" + host.replaceFirst("^0:0:0:0:0:0:0:1$", "::1") + "]" : host;
        return Set.of(literal + ":" + listen.getPort(), "localhost:" + listen.getPort());
    }

    /** The operator's, and in {@code --dev} the built-in one. */
    public Set<String> allPlainRegistries() {
        Set<String> all = new TreeSet<>(plainRegistries);
        if (dev) {
            all.addAll(ownRegistryHosts());
        }
        return all;
    }

    /** The verb. */
    public enum Command {
        INIT,
        RUN,
        JOIN
    }

    /** Thrown with everything that is wrong, not only the first. */
    public static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient List<String> errors;

        InvalidException(List<String> errors) {
            super(String.join("; ", errors));
            this.errors = List.copyOf(errors);
        }

        public List<String> errors() {
            return errors;
        }
    }

    public static final String USAGE = """
            Usage: vt server init|run --data-dir DIR [--listen HOST:PORT] [--grpc-listen HOST:PORT]
                                      [--mode direct|raft] [--raft-listen HOST:PORT]
                                      [--postgres-url URL] [--dev]
                                      [--plain-registries HOST:PORT,...]
                   vt server join --data-dir DIR --server HOST:PORT --token-file FILE --ca FILE --master-key FILE
                                  --name NAME [--listen HOST:PORT] [--grpc-listen HOST:PORT]
                                  [--raft-listen HOST:PORT] [--dev]

            A server of the control plane: it decides, and keeps the log.
              init    sets up the data directory, and ends
              run     sets it up if it is new, and serves until stopped
              join    makes the data directory that of one more server of a cluster in Raft mode, and ends
            See also: vt server backup --help, vt server restore --help, vt server recover-operator --help

              --data-dir DIR             database, keys and images; lost with it: everything
              --listen HOST:PORT         the API for people and programs, default 127.0.0.1:8440
              --grpc-listen HOST:PORT    for agents and edges, default [::1]:8441
              --mode MODE                direct: this server alone (default); raft: several servers keep the log
              --raft-listen HOST:PORT    for the other servers, default 127.0.0.1:8442
              --server HOST:PORT         the gRPC port of a server of the cluster
              --token-file FILE          holds an enrollment token of kind server
              --ca FILE                  the cluster's ca.pem
              --master-key FILE          the cluster's master.key; it is copied
              --name NAME                of this server in the cluster
              --postgres-url URL         this PostgreSQL instead of the embedded one
              --dev                      plain HTTP, on loopback only
              --plain-registries LIST    image registries that are spoken to without TLS
            """;

    private static final Set<String> JOIN_VALUES = Set.of("--server", "--token-file", "--ca", "--master-key", "--name");
    private static final Set<String> VALUES = Set.of(
            "--data-dir",
            "--listen",
            "--grpc-listen",
            "--raft-listen",
            "--mode",
            "--postgres-url",
            "--plain-registries",
            "--server",
            "--token-file",
            "--ca",
            "--master-key",
            "--name");
    private static final Set<String> FLAGS = Set.of("--dev");

    /** @param args after {@code server} */
    public static ServerConfig parse(String... args) throws InvalidException {
        List<String> errors = new ArrayList<>();
        TreeMap<String, String> given = new TreeMap<>();
        Deque<String> rest = new ArrayDeque<>(List.of(args));
        Command command = command(rest.pollFirst(), errors);
        while (!rest.isEmpty()) {
            String arg = rest.removeFirst();
            String[] parts = arg.split("=", 2);
            String name = parts[0];
            if (VALUES.contains(name)) {
                String value = parts.length == 2 ? parts[1] : rest.pollFirst();
                if (value == null) {
                    errors.add(name + " needs a value");
                } else if (given.put(name, value) != null) {
                    errors.add(name + " is given twice");
                }
            } else if (FLAGS.contains(arg)) {
                given.put(arg, "true");
            } else {
                errors.add("unknown argument " + name + nearest(name));
            }
        }
        Path dataDir = given.containsKey("--data-dir") ? Path.of(given.get("--data-dir")) : null;
        if (dataDir == null) {
            errors.add("--data-dir is needed");
        }
        InetSocketAddress listen = address("--listen", given.getOrDefault("--listen", "127.0.0.1:8440"), errors);
        InetSocketAddress grpc = address("--grpc-listen", given.getOrDefault("--grpc-listen", "[::1]:8441"), errors);
        InetSocketAddress raftListen =
                address("--raft-listen", given.getOrDefault("--raft-listen", "127.0.0.1:8442"), errors);
        String mode = given.getOrDefault("--mode", "direct");
        if (!Set.of("direct", "raft").contains(mode)) {
            errors.add("--mode must be direct or raft");
        }
        Join join = join(command, given, errors);
        boolean dev = given.containsKey("--dev");
        if (dev && listen != null && !listen.getAddress().isLoopbackAddress()) {
            errors.add("--dev serves plain HTTP, so --listen must be a loopback address");
        }
        URI postgres = postgres(given.get("--postgres-url"), errors);
        if (!errors.isEmpty() || dataDir == null || listen == null || grpc == null || raftListen == null) {
            throw new InvalidException(errors);
        }
        Set<String> plain = new TreeSet<>(
                List.of(given.getOrDefault("--plain-registries", "").split(",")));
        plain.remove("");
        return new ServerConfig(
                command, dataDir, listen, grpc, postgres, dev, mode.equals("raft"), raftListen, join, plain);
    }

    private static @Nullable Join join(Command command, Map<String, String> given, List<String> errors) {
        for (String name : new TreeSet<>(JOIN_VALUES)) {
            if (command == Command.JOIN && !given.containsKey(name)) {
                errors.add(name + " is needed");
            } else if (command != Command.JOIN && given.containsKey(name)) {
                errors.add(name + " belongs to join");
            }
        }
        if (command != Command.JOIN || !given.keySet().containsAll(JOIN_VALUES)) {
            return null;
        }
        return new Join(
                Path.of(given.getOrDefault("--token-file", "")),
                given.getOrDefault("--server", ""),
                Path.of(given.getOrDefault("--ca", "")),
                given.getOrDefault("--name", ""),
                Path.of(given.getOrDefault("--master-key", "")));
    }

    private static Command command(@Nullable String word, List<String> errors) {
        if ("init".equals(word)) {
            return Command.INIT;
        }
        if ("join".equals(word)) {
            return Command.JOIN;
        }
        if (!"run".equals(word)) {
            errors.add(
                    word == null
                            ? "init, run or join is needed"
                            : "unknown command " + word + ", init, run or join is needed");
        }
        return Command.RUN;
    }

    private static String nearest(String name) {
        List<String> known = new ArrayList<>(VALUES);
        known.addAll(FLAGS);
        known.sort(null);
        Optional<String> near = NearestName.of(name, known);
        return near.map(n -> ", did you mean " + n + "?").orElse("");
    }

    private static @Nullable InetSocketAddress address(String flag, String text, List<String> errors) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            String host = text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 0 && port <= 65535) {
                    return new InetSocketAddress(InetAddress.getByName(host), port);
                }
            } catch (NumberFormatException e) {
                errors.add(flag + " has no port number: " + text);
                return null;
            } catch (UnknownHostException e) {
                errors.add(flag + " names an unknown host: " + text);
                return null;
            }
        }
        errors.add(flag + " must be HOST:PORT: " + text);
        return null;
    }

    /** {@code postgresql://user:password@host:port/database}. */
    private static @Nullable URI postgres(@Nullable String text, List<String> errors) {
        if (text == null) {
            return null;
        }
        try {
            URI uri = URI.create(text);
            if (("postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPath() != null
                    && uri.getPath().length() > 1) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            errors.add("--postgres-url is not a URL");
            return null;
        }
        errors.add("--postgres-url must be postgresql://user@host:port/database");
        return null;
    }
}
