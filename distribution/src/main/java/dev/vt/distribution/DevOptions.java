package dev.vt.distribution;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    static final String USAGE = """
            Usage: vt dev --data-dir DIR --kernel-bundle DIR [--run-dir DIR] [--http-port N] [--grpc-port N]
                          [--driver qemu|sim] [--edge-address ADDRESS]
            Runs server, agent and edge on this machine until stopped.
            """;

    static Optional<DevOptions> parse(String[] args) {
        Path dataDir = null;
        Path runDir = Path.of("/run/vt-dev");
        Path bundle = null;
        int http = 8440;
        int grpc = 8441;
        String driver = "qemu";
        String edgeAddress = "::1";
        if (args.length % 2 != 0) {
            return Optional.empty();
        }
        for (int i = 0; i < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--data-dir" -> dataDir = Path.of(value).toAbsolutePath();
                case "--run-dir" -> runDir = Path.of(value).toAbsolutePath();
                case "--kernel-bundle" -> bundle = Path.of(value).toAbsolutePath();
                case "--http-port" -> http = Integer.parseInt(value);
                case "--grpc-port" -> grpc = Integer.parseInt(value);
                case "--driver" -> driver = value;
                case "--edge-address" -> edgeAddress = value;
                default -> {
                    return Optional.empty();
                }
            }
        }
        return dataDir == null || bundle == null
                ? Optional.empty()
                : Optional.of(new DevOptions(dataDir, runDir, http, grpc, driver, bundle, edgeAddress));
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
