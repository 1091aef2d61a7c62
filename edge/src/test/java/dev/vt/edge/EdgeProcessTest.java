package dev.vt.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.edge.relay.TestBackend;
import dev.vt.edge.sniff.Hellos;
import dev.vt.edge.table.Tables;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edges as processes, and other people's programs before and behind them. Needs haproxy and openssl. */
@Tag("slow")
class EdgeProcessTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private ControlPlaneFixture control;
    private int port;

    @BeforeEach
    void startServer() throws Exception {
        TestAuthority authority = new TestAuthority();
        authority.write(directory.resolve("ca.pem"));
        Files.writeString(directory.resolve("token"), ControlPlaneFixture.TOKEN);
        control = new ControlPlaneFixture(authority, 0);
        port = freePort();
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        control.close();
    }

    @Test
    void c6SuccessorTakesOverUnderLoadWithoutAFailedOrBrokenConnection() throws Exception {
        try (TestBackend backend = TestBackend.echo("A")) {
            control.send(Tables.revision(3).tcp("rt_a", port, backend.port()).build());
            Process first = startEdge("one", "--unready-seconds", "1", "--drain-seconds", "30");
            awaitReady("one");
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            List<String> failures = new CopyOnWriteArrayList<>();
            Thread load = Thread.ofVirtual().start(() -> {
                while (!done.get()) {
                    try {
                        assertThat(roundTrip()).isEqualTo("Ax");
                        served.incrementAndGet();
                    } catch (IOException | AssertionError e) {
                        failures.add(String.valueOf(e));
                    }
                }
            });
            try (Socket open = new Socket(LOOPBACK, port)) {
                assertThat(open.getInputStream().read()).isEqualTo('A');
                startEdge("two", "--unready-seconds", "0");
                awaitReady("two");
                first.destroy();
                await(() -> Files.readString(directory.resolve("one.log")).contains("edge drains")
                        || !first.isAlive()
                        || isUnready("one"));
                int before = served.get();
                await(() -> served.get() > before + 500);
                open.getOutputStream().write('z');
                assertThat(open.getInputStream().read()).isEqualTo('z');
                assertThat(first.isAlive()).isTrue();
            }
            assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
            int after = served.get();
            await(() -> served.get() > after + 200);
            done.set(true);
            load.join();
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void c6RestartWithOneDirectoryLosesNoConnect() throws Exception {
        try (TestBackend backend = TestBackend.echo("A")) {
            control.send(Tables.revision(3).tcp("rt_a", port, backend.port()).build());
            Process running = startEdge("one", "--unready-seconds", "0", "--drain-seconds", "20");
            awaitReady("one");
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            List<String> failures = new CopyOnWriteArrayList<>();
            List<Thread> load = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                load.add(Thread.ofVirtual().start(() -> {
                    while (!done.get()) {
                        try {
                            assertThat(roundTrip()).isEqualTo("Ax");
                            served.incrementAndGet();
                        } catch (IOException | AssertionError e) {
                            failures.add(String.valueOf(e));
                        }
                    }
                }));
            }
            for (int restart = 0; restart < 3; restart++) {
                Process successor = startEdge("one", "--unready-seconds", "0", "--drain-seconds", "20");
                awaitReady("one");
                running.destroy();
                assertThat(running.waitFor(25, TimeUnit.SECONDS)).isTrue();
                int before = served.get();
                await(() -> served.get() > before + 200);
                running = successor;
            }
            done.set(true);
            for (Thread each : load) {
                each.join();
            }
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void c3KilledEdgeListensAgainWithoutAServer() throws Exception {
        try (TestBackend backend = TestBackend.echo("A")) {
            control.send(Tables.revision(3).tcp("rt_a", port, backend.port()).build());
            Process first = startEdge("one");
            awaitReady("one");
            control.close();
            first.destroyForcibly().waitFor();
            startEdge("one");
            await(() -> {
                try {
                    return roundTrip().equals("Ax");
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    @Test
    void opensslHandshakesThroughTheEdgeWithTheServerItNames() throws Exception {
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=a.example",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem");
        int backend = freePort();
        processes.add(new ProcessBuilder(
                        "openssl",
                        "s_server",
                        "-accept",
                        "[::1]:" + backend,
                        "-key",
                        "key.pem",
                        "-cert",
                        "cert.pem",
                        "-www",
                        "-quiet")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("s_server.log").toFile())
                .start());
        control.send(Tables.revision(3).tls("rt_a", "a.example", port, backend).build());
        startEdge("one");
        awaitReady("one");
        await(() -> run(
                        "sh",
                        "-c",
                        "openssl s_client -connect [::1]:" + port + " -servername A.Example </dev/null 2>&1 || true")
                .contains("CN = a.example"));
        String unknown = run(
                "sh",
                "-c",
                "openssl s_client -connect [::1]:" + port + " -servername b.example </dev/null 2>&1 || true");
        assertThat(unknown).contains("unrecognized name");
    }

    @Test
    void haproxyBehindTheEdgeSeesTheClientsAddressAndName() throws Exception {
        try (TestBackend backend = new TestBackend((socket, in, out) -> out.write(in.read()))) {
            int accepting = freePort();
            Path log = directory.resolve("haproxy.log");
            Files.writeString(directory.resolve("haproxy.cfg"), """
                    global
                      log stdout format raw local0
                      maxconn 100
                    defaults
                      mode tcp
                      timeout connect 2s
                      timeout client 10s
                      timeout server 10s
                    frontend proxied
                      bind ::1:%d accept-proxy
                      log global
                      log-format "seen %%ci %%cp %%fi %%fp %%[fc_pp_authority] end"
                      default_backend app
                    backend app
                      server one [::1]:%d
                    """.formatted(accepting, backend.port()));
            processes.add(new ProcessBuilder("haproxy", "-db", "-f", "haproxy.cfg")
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start());
            control.send(Tables.revision(3)
                    .route(
                            "rt_a",
                            "tls_passthrough",
                            "a.example",
                            port,
                            "v2",
                            List.of("authority", "unique_id", "crc32c"),
                            false,
                            "round_robin",
                            accepting)
                    .build());
            startEdge("one");
            awaitReady("one");
            byte[] hello = Hellos.ofJava("a.example");
            await(() -> {
                try (Socket client = new Socket(LOOPBACK, port)) {
                    client.getOutputStream().write(hello);
                    boolean answered = client.getInputStream().read() == hello[0];
                    String seen = "seen ::1 " + client.getLocalPort() + " ::1 " + port + " a.example end";
                    if (answered) {
                        await(() -> Files.readString(log).contains(seen));
                    }
                    return answered;
                }
            });
        }
    }

    private Process startEdge(String name, String... more) throws Exception {
        Path dataDir = directory.resolve(name);
        String server = "[::1]:" + control.port();
        if (!Files.exists(dataDir)) {
            assertThat(EdgeMain.run(new String[] {
                        "enroll",
                        "--data-dir",
                        dataDir.toString(),
                        "--server",
                        server,
                        "--ca-file",
                        directory.resolve("ca.pem").toString(),
                        "--token-file",
                        directory.resolve("token").toString(),
                        "--name",
                        name
                    }))
                    .isZero();
        }
        Files.deleteIfExists(dataDir.resolve(Edge.ADMIN_FILE));
        List<String> args = new ArrayList<>(List.of(
                "run",
                "--data-dir",
                dataDir.toString(),
                "--server",
                server,
                "--listen-address",
                "::1",
                "--no-client-limits"));
        args.addAll(Arrays.asList(more));
        Process process = EdgeProcess.start(directory.resolve(name + ".log"), args.toArray(String[]::new));
        processes.add(process);
        return process;
    }

    private void awaitReady(String name) throws Exception {
        await(() -> readiness(name) == 200);
    }

    private boolean isUnready(String name) throws Exception {
        return readiness(name) == 503;
    }

    private int readiness(String name) throws Exception {
        Path file = directory.resolve(name).resolve(Edge.ADMIN_FILE);
        if (!Files.exists(file) || Files.size(file) == 0) {
            return 0;
        }
        int adminPort = Json.parse(Files.readAllBytes(file)).path("port").asInt();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/readyz"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private String roundTrip() throws IOException {
        try (Socket client = new Socket(LOOPBACK, port)) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write('x');
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readAllBytes(), UTF_8);
        }
        assertThat(process.waitFor())
                .as("%s: %s", Arrays.toString(command), output)
                .isZero();
        return output;
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }
}
