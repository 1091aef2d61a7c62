package dev.vt.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process with its own PostgreSQL, killed and started again on the same directory. */
@Tag("slow")
@Timeout(180)
class ServerMainTest {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path temporary;

    private int port;
    private @Nullable Process server;

    @BeforeEach
    void choosePort() throws IOException {
        // The database runs as another user and must be able to reach its files.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
        port = freePort();
    }

    @AfterEach
    void stopServer() throws InterruptedException {
        Process running = server;
        if (running != null && running.isAlive()) {
            running.destroy();
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path dataDir() {
        return temporary.resolve("data");
    }

    private Process launch(String command) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(command, "--data-dir", dataDir().toString(), "--dev"));
        arguments.addAll(List.of("--listen", "127.0.0.1:" + port, "--grpc-listen", "127.0.0.1:" + freePort()));
        return launch("server.log", arguments);
    }

    private Process launch(String logFile, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Entry.class.getName()));
        line.addAll(arguments);
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(temporary.resolve(logFile).toFile())
                .start();
    }

    /** What the child process runs. */
    static final class Entry {
        private Entry() {}

        public static void main(String[] args) {
            int exit = ServerMain.run(args);
            System.out.flush();
            // As the program does: an exit waits for the signal's thread, which waits for this one.
            Runtime.getRuntime().halt(exit);
        }
    }

    private void start() throws IOException {
        Process started = launch("run");
        server = started;
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (call("GET", "/readyz", null, null, "")
                .filter(r -> r.statusCode() == 200)
                .isEmpty()) {
            assertThat(started.isAlive()).as("the server lives: %s", log()).isTrue();
            assertThat(System.nanoTime()).as("ready in time: %s", log()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private String log() throws IOException {
        return Files.readString(temporary.resolve("server.log"));
    }

    /** Empty: no answer. */
    private Optional<HttpResponse<String>> call(
            String method, String path, @Nullable String token, @Nullable String key, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        try {
            return Optional.of(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private JsonNode bootstrap() throws IOException {
        String code = Files.readString(dataDir().resolve("bootstrap-code")).trim();
        String body = Json.object()
                .put("code", code)
                .put("email", "owner@example.com")
                .put("org_name", "acme")
                .toString();
        return Json.parse(
                call("POST", "/v1/bootstrap", null, null, body).orElseThrow().body());
    }

    @Test
    void noAcknowledgedCommandIsLostAndNoneHappensTwiceWhenTheProcessIsKilled() throws Exception {
        start();
        JsonNode bootstrapped = bootstrap();
        String token = bootstrapped.path("secret").asText();
        String projects = "/v1/orgs/" + bootstrapped.at("/receipt/ids/org").asText() + "/projects";
        Map<String, String> acknowledged = new ConcurrentHashMap<>();
        Map<String, String> sent = new ConcurrentHashMap<>();
        AtomicBoolean killed = new AtomicBoolean();

        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            int writer = w;
            writers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; !killed.get(); i++) {
                    String name = "p" + writer + "-" + i;
                    String key = "crash-key-" + name;
                    String body = Json.object().put("name", name).toString();
                    sent.put(key, body);
                    call("POST", projects, token, key, body)
                            .filter(r -> r.statusCode() == 201)
                            .ifPresent(r -> acknowledged.put(
                                    key, Json.parse(r.body()).at("/resource/id").asText()));
                }
            }));
        }
        while (acknowledged.size() < 60) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        Process running = Objects.requireNonNull(server);
        running.destroyForcibly().waitFor();
        killed.set(true);
        for (Thread writer : writers) {
            writer.join();
        }

        start();
        for (Map.Entry<String, String> request : sent.entrySet()) {
            HttpResponse<String> again = call("POST", projects, token, request.getKey(), request.getValue())
                    .orElseThrow();
            assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
            String first = acknowledged.get(request.getKey());
            if (first != null) {
                JsonNode reply = Json.parse(again.body());
                assertThat(reply.at("/receipt/status").asText()).isEqualTo("replayed");
                assertThat(reply.at("/resource/id").asText()).isEqualTo(first);
            }
        }
        assertThat(count(projects, token)).isEqualTo(sent.size());
        JsonNode verified = Json.parse(call("POST", "/v1/cluster/verify", token, null, "")
                .orElseThrow()
                .body());
        assertThat(verified.path("clean").asBoolean()).as(verified.toString()).isTrue();
    }

    private int count(String projects, String token) {
        int count = 0;
        String cursor = "";
        do {
            JsonNode page = Json.parse(call("GET", projects + "?limit=200" + cursor, token, null, "")
                    .orElseThrow()
                    .body());
            count += page.path("items").size();
            cursor = page.path("next_cursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("next_cursor").asText();
        } while (!cursor.isEmpty());
        return count;
    }

    @Test
    void initSetsUpRunServesAndSigtermEndsInOrder() throws Exception {
        Process init = launch("init");
        assertThat(init.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(init.exitValue()).as(log()).isZero();
        assertThat(dataDir().resolve("master.key")).exists();
        assertThat(dataDir().resolve("ca.pem")).exists();

        start();
        Process second = launch("run");
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue())
                .as("another server runs on the directory")
                .isEqualTo(5);

        Process running = Objects.requireNonNull(server);
        running.destroy();
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(running.exitValue()).as("V7").isZero();
        assertThat(dataDir().resolve("postgres/data/postmaster.pid")).doesNotExist();
    }

    /** The backup is taken of the running server; its directory is then lost but for the master key. */
    @Test
    void aRestoredServerIsTheSameClusterInALaterRecoveryEpoch_B1_B2() throws Exception {
        start();
        JsonNode bootstrapped = bootstrap();
        String token = bootstrapped.path("secret").asText();
        String projects = "/v1/orgs/" + bootstrapped.at("/receipt/ids/org").asText() + "/projects";
        call(
                "POST",
                projects,
                token,
                "restore-key-1",
                Json.object().put("name", "kept").toString());
        JsonNode before = cluster(token);
        Path file = temporary.resolve("backup.vt");
        assertThat(finish("backup", "--data-dir", dataDir().toString(), "--out", file.toString()))
                .isZero();
        call(
                "POST",
                projects,
                token,
                "restore-key-2",
                Json.object().put("name", "lost").toString());
        stopServer();
        Files.move(dataDir(), temporary.resolve("lost"));

        String key = temporary.resolve("lost/master.key").toString();
        assertThat(finish(
                        "restore",
                        "--data-dir",
                        dataDir().toString(),
                        "--from",
                        file.toString(),
                        "--master-key-file",
                        key))
                .as(Files.readString(temporary.resolve("backup.log")))
                .isZero();
        start();

        JsonNode after = cluster(token);
        assertThat(after.path("id")).isEqualTo(before.path("id"));
        assertThat(after.path("recovery_epoch").asInt()).isEqualTo(1);
        assertThat(count(projects, token)).isEqualTo(1);
        JsonNode verified = Json.parse(call("POST", "/v1/cluster/verify", token, null, "")
                .orElseThrow()
                .body());
        assertThat(verified.path("clean").asBoolean()).as(verified.toString()).isTrue();
    }

    private JsonNode cluster(String token) {
        return Json.parse(
                call("GET", "/v1/cluster", token, null, "").orElseThrow().body());
    }

    private int finish(String... arguments) throws IOException, InterruptedException {
        Process process = launch("backup.log", List.of(arguments));
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
