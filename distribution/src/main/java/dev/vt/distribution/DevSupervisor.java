package dev.vt.distribution;

import dev.vt.cli.config.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code vt dev}: server (or three), agent and edge of one machine as children of this process. A child that dies is started again after
 * a pause that doubles to {@link #MAX_PAUSE}; VMs are children of nobody and outlive everything here. SIGTERM stops the edge, the
 * agent and the servers in this order.
 */
final class DevSupervisor {
    private static final Duration MAX_PAUSE = Duration.ofSeconds(10);
    private static final Duration STABLE = Duration.ofSeconds(30);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final DevOptions options;
    private final Map<String, Process> children = new LinkedHashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private DevSupervisor(DevOptions options) {
        this.options = options;
    }

    static int run(String[] args) {
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            System.out.print(DevOptions.USAGE);
            return 0;
        }
        List<String> problems = new ArrayList<>();
        Optional<DevOptions> options = DevOptions.parse(args, problems);
        if (options.isEmpty()) {
            problems.forEach(problem -> System.err.println("error: " + problem));
            System.err.print(DevOptions.USAGE);
            return 2;
        }
        DevSupervisor supervisor = new DevSupervisor(options.get());
        try {
            return supervisor.supervise();
        } catch (IOException e) {
            System.err.println("error: vt dev cannot go on: " + e.getMessage());
            supervisor.stop();
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        }
    }

    private int supervise() throws IOException, InterruptedException {
        Files.createDirectories(options.dataDir().resolve("logs"));
        Files.createDirectories(options.runDir());
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "dev-stop"));
        keep(DevOptions.serverName(1), options.serverCommand(1));
        for (int number = 2; number <= options.servers(); number++) {
            if (hasJoined(number)) {
                keep(DevOptions.serverName(number), options.serverCommand(number));
            }
        }
        // Enrolled ones need no server to start: the node goes on from its saved plan, the edge from its last table.
        boolean agentKnown = isEnrolled("agent");
        boolean edgeKnown = isEnrolled("edge");
        if (agentKnown) {
            keep("agent", options.agentCommand());
        }
        if (edgeKnown) {
            keep("edge", options.edgeCommand());
        }
        awaitPort(options.httpAddress(1));
        for (int number = 2; number <= options.servers(); number++) {
            if (!hasJoined(number)) {
                join(number);
            }
        }
        if (!agentKnown) {
            enroll("node", "agent");
            keep("agent", options.agentCommand());
        }
        if (!edgeKnown) {
            enroll("edge", "edge");
            keep("edge", options.edgeCommand());
        }
        System.out.println("vt dev runs: api " + options.urls() + ", data " + options.dataDir());
        System.out.flush();
        stopped.await();
        return 0;
    }

    /** Starts a child and a thread that starts it again whenever it ends. */
    private void keep(String name, List<String> arguments) throws IOException {
        start(name, arguments);
        Thread.ofVirtual().name("dev-" + name).start(() -> {
            Duration pause = Duration.ofMillis(500);
            while (stopping.getCount() > 0) {
                Instant began = Instant.now();
                int exit = await(name);
                if (stopping.getCount() == 0) {
                    return;
                }
                pause = Duration.between(began, Instant.now()).compareTo(STABLE) > 0
                        ? Duration.ofMillis(500)
                        : pause.multipliedBy(2).compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause.multipliedBy(2);
                System.err.println(
                        "vt dev: " + name + " ended with " + exit + ", again in " + pause.toMillis() + " ms");
                if (pausedUntilStop(pause)) {
                    return;
                }
                try {
                    start(name, arguments);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot start " + name, e);
                }
            }
        });
    }

    private boolean pausedUntilStop(Duration pause) {
        try {
            return stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private synchronized void start(String name, List<String> arguments) throws IOException {
        if (stopping.getCount() == 0) {
            return;
        }
        Path log = options.dataDir().resolve("logs").resolve(name + ".log");
        Process child = new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        children.put(name, child);
        Files.writeString(
                options.dataDir().resolve(name + ".pid"),
                child.pid() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    private int await(String name) {
        Process child;
        synchronized (this) {
            child = children.get(name);
        }
        try {
            return child == null ? -1 : child.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** The same launcher that started this process. */
    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("vt.launcher", "vt"));
        command.addAll(arguments);
        return command;
    }

    /** The first start of a role: a single-use token is made with the operator's credentials and spent at once. */
    private void enroll(String kind, String role) throws IOException, InterruptedException {
        Path dataDir = options.dataDir().resolve(role);
        Path token = options.dataDir().resolve(role + ".token");
        try {
            makeToken(kind, token);
            List<String> arguments = new ArrayList<>(List.of(
                    role,
                    "enroll",
                    "--data-dir",
                    dataDir.toString(),
                    "--server",
                    options.grpcText(1),
                    "--ca-file",
                    options.dataDir().resolve("server/ca.pem").toString(),
                    "--token-file",
                    token.toString(),
                    "--name",
                    "dev"));
            run(arguments);
        } finally {
            Files.deleteIfExists(token);
        }
        if (kind.equals("node")) {
            client("nodes", "activate", "dev");
        }
    }

    private void join(int number) throws IOException, InterruptedException {
        Path token = options.dataDir().resolve(DevOptions.serverName(number) + ".token");
        try {
            makeToken("server", token);
            run(options.joinCommand(number, token));
        } finally {
            Files.deleteIfExists(token);
        }
        keep(DevOptions.serverName(number), options.serverCommand(number));
        awaitPort(options.httpAddress(number));
    }

    private boolean hasJoined(int number) {
        return Files.exists(options.serverDirectory(number).resolve("server-id"));
    }

    private void makeToken(String kind, Path file) throws IOException, InterruptedException {
        signIn();
        Files.writeString(
                file,
                client("tokens", "create", "--kind", kind, "--format", "ids").strip());
    }

    private boolean isEnrolled(String role) {
        return Files.exists(options.dataDir().resolve(role).resolve("certificate.pem"));
    }

    private void signIn() throws IOException, InterruptedException {
        Path code = options.dataDir().resolve("server/bootstrap-code");
        if (Credentials.load(options.dataDir().resolve("client/vt"))
                .token("http://" + options.httpText(1))
                .isPresent()) {
            return;
        }
        client(
                "auth",
                "login",
                "--bootstrap-code-file",
                code.toString(),
                "--email",
                "operator@localhost.localdomain",
                "--org",
                "dev");
    }

    /** Runs a client command with the credentials of this installation and gives what it printed. */
    private String client(String... arguments) throws IOException, InterruptedException {
        return run(List.of(arguments));
    }

    private String run(List<String> arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command(arguments));
        builder.environment().put("VT_SERVER", options.urls());
        builder.environment()
                .put("XDG_DATA_HOME", options.dataDir().resolve("client").toString());
        builder.environment()
                .put("XDG_CONFIG_HOME", options.dataDir().resolve("client").toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process child = builder.start();
        child.getOutputStream().close();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = child.waitFor();
        if (exit != 0) {
            throw new IOException("vt " + String.join(" ", arguments.subList(0, 2)) + " ended with " + exit);
        }
        return out;
    }

    private void awaitPort(InetSocketAddress address) throws IOException {
        Instant deadline = Instant.now().plus(START_LIMIT);
        while (Instant.now().isBefore(deadline)) {
            try (Socket socket = new Socket()) {
                socket.connect(address, 500);
                return;
            } catch (IOException notYet) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
        throw new IOException("no server opened port " + address.getPort() + " in " + START_LIMIT.toSeconds()
                + " s; see " + options.dataDir().resolve("logs"));
    }

    private void stop() {
        stopping.countDown();
        List<String> order = new ArrayList<>(List.of("edge", "agent"));
        options.numbers().mapToObj(DevOptions::serverName).forEach(order::add);
        for (String name : order) {
            Process child;
            synchronized (this) {
                child = children.get(name);
            }
            if (child == null || !child.isAlive()) {
                continue;
            }
            child.destroy();
            try {
                if (!child.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    child.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        stopped.countDown();
    }
}
