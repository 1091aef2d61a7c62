package dev.vt.distribution;

import dev.vt.kernel.NearestName;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where {@code vt dev} keeps things and listens.
 *
 * @param dataDir of all roles
 * @param runDir for sockets, whose paths must stay short (unix(7): 108 bytes)
 * @param httpPort of the API, on 127.0.0.1
 * @param grpcPort for agent and edge, on ::1
 * @param driver of the agent
 * @param kernelBundle directory of the guest kernel
 * @param edgeAddress where the edge listens
 * @param servers 1, in direct mode, or 3, in Raft mode; the ports of each are {@link #STRIDE} beyond those of the one before
 */
record DevOptions(
        Path dataDir,
        Path runDir,
        int httpPort,
        int grpcPort,
        String driver,
        Path kernelBundle,
        String edgeAddress,
        int servers) {
    private static final int STRIDE = 10;

    private static final List<String> KNOWN = List.of(
            "--data-dir",
            "--kernel-bundle",
            "--run-dir",
            "--http-port",
            "--grpc-port",
            "--driver",
            "--edge-address",
            "--servers");

    static final String USAGE = """
            Usage: vt dev --data-dir DIR --kernel-bundle DIR [--run-dir DIR] [--http-port N] [--grpc-port N]
                          [--driver qemu|sim] [--edge-address ADDRESS] [--servers 1|3]

            Runs server, agent and edge on this machine until stopped, to try things out; VMs go on without it.

              --data-dir DIR          where all three keep what they have
              --kernel-bundle DIR     kernel and init of the guests; ./dev build makes one
              --run-dir DIR           sockets and secret files, default /run/vt-dev
              --http-port N           the API, on 127.0.0.1; default 8440
              --grpc-port N           for agent and edge, on ::1; default 8441
              --driver NAME           qemu (default), or sim, which runs no VMs at all
              --edge-address A        where the edge listens, default ::1
              --servers N             1 (default), or 3 that survive the loss of one, each at ports 10 higher; what a
                                      data directory was made with it keeps
            """;

    /** @param problems gets everything that is wrong with the arguments */
    static Optional<DevOptions> parse(String[] args, List<String> problems) {
        Map<String, String> given = new TreeMap<>(Map.of(
                "--run-dir", "/run/vt-dev",
                "--http-port", "8440",
                "--grpc-port", "8441",
                "--driver", "qemu",
                "--edge-address", "::1",
                "--servers", "1"));
        for (int i = 0; i < args.length; i += 2) {
            if (!KNOWN.contains(args[i])) {
                problems.add("unknown argument " + args[i]
                        + NearestName.of(args[i], KNOWN)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse(""));
                return Optional.empty();
            }
            if (i + 1 == args.length) {
                problems.add(args[i] + " needs a value");
            } else {
                given.put(args[i], args[i + 1]);
            }
        }
        for (String needed : List.of("--data-dir", "--kernel-bundle")) {
            if (!given.containsKey(needed)) {
                problems.add(needed + " is needed");
            }
        }
        int http = port("--http-port", given, problems);
        int grpc = port("--grpc-port", given, problems);
        String servers = String.valueOf(given.get("--servers"));
        if (!List.of("1", "3").contains(servers)) {
            problems.add("--servers takes 1 or 3, not '" + servers + "'");
        }
        if (!problems.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new DevOptions(
                directory("--data-dir", given),
                directory("--run-dir", given),
                http,
                grpc,
                String.valueOf(given.get("--driver")),
                directory("--kernel-bundle", given),
                String.valueOf(given.get("--edge-address")),
                Integer.parseInt(servers)));
    }

    private static Path directory(String flag, Map<String, String> given) {
        return Path.of(String.valueOf(given.get(flag))).toAbsolutePath();
    }

    private static int port(String flag, Map<String, String> given, List<String> problems) {
        String text = String.valueOf(given.get(flag));
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65535) {
            problems.add(flag + " takes a port, not '" + text + "'");
        }
        return port;
    }

    /** @param number of the server, from 1 */
    InetSocketAddress httpAddress(int number) {
        return new InetSocketAddress("127.0.0.1", httpPort + STRIDE * (number - 1));
    }

    String httpText(int number) {
        return "127.0.0.1:" + httpAddress(number).getPort();
    }

    String grpcText(int number) {
        return "[::1]:" + (grpcPort + STRIDE * (number - 1));
    }

    /** For clients: all servers. */
    String urls() {
        return numbers().mapToObj(number -> "http://" + httpText(number)).collect(Collectors.joining(","));
    }

    IntStream numbers() {
        return IntStream.rangeClosed(1, servers);
    }

    static String serverName(int number) {
        return number == 1 ? "server" : "server-" + number;
    }

    Path serverDirectory(int number) {
        return dataDir.resolve(serverName(number));
    }

    List<String> serverCommand(int number) {
        List<String> command = new ArrayList<>(List.of("server", "run"));
        command.addAll(placeOf(number));
        if (servers > 1) {
            command.addAll(List.of("--mode", "raft"));
        }
        return command;
    }

    /** Run once per further server, before its first start. */
    List<String> joinCommand(int number, Path token) {
        List<String> command = new ArrayList<>(List.of("server", "join"));
        command.addAll(placeOf(number));
        command.addAll(List.of(
                "--server",
                grpcText(1),
                "--token-file",
                token.toString(),
                "--ca",
                serverDirectory(1).resolve("ca.pem").toString(),
                "--master-key",
                serverDirectory(1).resolve("master.key").toString(),
                "--name",
                serverName(number)));
        return command;
    }

    private List<String> placeOf(int number) {
        List<String> flags = new ArrayList<>(List.of(
                "--data-dir",
                serverDirectory(number).toString(),
                "--listen",
                httpText(number),
                "--grpc-listen",
                grpcText(number),
                "--dev"));
        if (servers > 1) {
            flags.addAll(List.of("--raft-listen", "[::1]:" + (grpcPort + 1 + STRIDE * (number - 1))));
        }
        return flags;
    }

    private List<String> serverFlags() {
        return numbers()
                .boxed()
                .flatMap(number -> Stream.of("--server", grpcText(number)))
                .toList();
    }

    List<String> agentCommand() {
        List<String> command = new ArrayList<>(List.of(
                "agent",
                "run",
                "--data-dir",
                dataDir.resolve("agent").toString(),
                "--run-dir",
                runDir.toString(),
                "--kernel-bundle",
                kernelBundle.toString(),
                "--driver",
                driver));
        command.add("--allow-emulation");
        command.addAll(serverFlags());
        return command;
    }

    List<String> edgeCommand() {
        List<String> command = new ArrayList<>(List.of(
                "edge",
                "run",
                "--data-dir",
                dataDir.resolve("edge").toString(),
                "--listen-address",
                edgeAddress,
                "--unready-seconds",
                "0",
                "--drain-seconds",
                "5"));
        command.addAll(serverFlags());
        return command;
    }
}
