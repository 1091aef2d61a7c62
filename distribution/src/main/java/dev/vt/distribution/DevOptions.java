package dev.vt.distribution;

import dev.vt.kernel.NearestName;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
 */
record DevOptions(
        Path dataDir, Path runDir, int httpPort, int grpcPort, String driver, Path kernelBundle, String edgeAddress) {

    private static final List<String> KNOWN = List.of(
            "--data-dir", "--kernel-bundle", "--run-dir", "--http-port", "--grpc-port", "--driver", "--edge-address");

    static final String USAGE = """
            Usage: vt dev --data-dir DIR --kernel-bundle DIR [--run-dir DIR] [--http-port N] [--grpc-port N]
                          [--driver qemu|sim] [--edge-address ADDRESS]

            Runs server, agent and edge on this machine until stopped, to try things out; VMs go on without it.

              --data-dir DIR          where all three keep what they have
              --kernel-bundle DIR     kernel and init of the guests; ./dev build makes one
              --run-dir DIR           sockets and secret files, default /run/vt-dev
              --http-port N           the API, on 127.0.0.1; default 8440
              --grpc-port N           for agent and edge, on ::1; default 8441
              --driver NAME           qemu (default), or sim, which runs no VMs at all
              --edge-address A        where the edge listens, default ::1
            """;

    /** @param problems gets everything that is wrong with the arguments */
    static Optional<DevOptions> parse(String[] args, List<String> problems) {
        Map<String, String> given = new TreeMap<>(Map.of(
                "--run-dir", "/run/vt-dev",
                "--http-port", "8440",
                "--grpc-port", "8441",
                "--driver", "qemu",
                "--edge-address", "::1"));
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
                String.valueOf(given.get("--edge-address"))));
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

    InetSocketAddress httpAddress() {
        return new InetSocketAddress("127.0.0.1", httpPort);
    }

    String httpText() {
        return "127.0.0.1:" + httpPort;
    }

    String grpcText() {
        return "[::1]:" + grpcPort;
    }

    List<String> serverCommand() {
        return List.of(
                "server",
                "run",
                "--data-dir",
                dataDir.resolve("server").toString(),
                "--listen",
                httpText(),
                "--grpc-listen",
                grpcText(),
                "--dev");
    }

    List<String> agentCommand() {
        List<String> command = new ArrayList<>(List.of(
                "agent",
                "run",
                "--data-dir",
                dataDir.resolve("agent").toString(),
                "--server",
                grpcText(),
                "--run-dir",
                runDir.toString(),
                "--kernel-bundle",
                kernelBundle.toString(),
                "--driver",
                driver));
        command.add("--allow-emulation");
        return command;
    }

    List<String> edgeCommand() {
        return List.of(
                "edge",
                "run",
                "--data-dir",
                dataDir.resolve("edge").toString(),
                "--server",
                grpcText(),
                "--listen-address",
                edgeAddress,
                "--unready-seconds",
                "0",
                "--drain-seconds",
                "5");
    }
}
