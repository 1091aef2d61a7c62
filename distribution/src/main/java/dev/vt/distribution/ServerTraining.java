package dev.vt.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The run that the server's start-up cache is made from (JEP 514, 515): a server in Raft mode with its own PostgreSQL in a new directory, and
 * clients that write and read until the paths of every request have a profile. So a server that is started again, and the first requests
 * of a new leader, run on what this run learned. Only the build runs it.
 */
final class ServerTraining {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
    private static final int CLIENTS = 8;
    /** Beyond 1 000 calls of a method the profile no longer changes what is compiled first. */
    private static final int PROJECTS = 400;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger keys = new AtomicInteger();
    private final URI server;
    private String token = "";

    private ServerTraining(URI server) {
        this.server = server;
    }

    /** Returns while the server still runs: the end of the process ends it as a signal does. */
    static int run() throws IOException, InterruptedException {
        // The database's user, who is not root, passes through.
        Path directory = Files.createTempDirectory(
                "vt-training", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        int[] ports = freePorts();
        Thread running = Thread.ofPlatform()
                .name("server")
                .start(() -> Role.SERVER.run(new String[] {
                    "run",
                    "--data-dir",
                    directory.resolve("server").toString(),
                    "--mode",
                    "raft",
                    "--dev",
                    "--listen",
                    "127.0.0.1:" + ports[0],
                    "--grpc-listen",
                    "127.0.0.1:" + ports[1],
                    "--raft-listen",
                    "127.0.0.1:" + ports[2]
                }));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(directory, running), "training-end"));
        try {
            ServerTraining training = new ServerTraining(URI.create("http://127.0.0.1:" + ports[0]));
            training.awaitReady();
            training.bootstrap(
                    Files.readString(directory.resolve("server/bootstrap-code")).strip());
            training.requests();
            return 0;
        } catch (ExecutionException e) {
            throw new IOException("a request of the training run failed", e);
        }
    }

    /** The signal's other thread ends the server. */
    private static void clear(Path directory, Thread server) {
        try {
            server.join();
            Training.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Held open together, so that they differ. */
    private static int[] freePorts() throws IOException {
        try (ServerSocket http = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket grpc = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket raft = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new int[] {http.getLocalPort(), grpc.getLocalPort(), raft.getLocalPort()};
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(START_LIMIT);
        HttpRequest probe = HttpRequest.newBuilder(server.resolve("/readyz")).build();
        while (Instant.now().isBefore(deadline)) {
            try {
                if (http.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It does not listen yet.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new IOException("the server was not ready in " + START_LIMIT.toSeconds() + " s");
    }

    private void bootstrap(String code) throws IOException, InterruptedException {
        token = call(
                        "POST",
                        "/v1/bootstrap",
                        Json.object()
                                .put("code", code)
                                .put("email", "a@example.com")
                                .put("org_name", "acme"))
                .path("secret")
                .asText();
    }

    private void requests() throws IOException, InterruptedException, ExecutionException {
        String org = call("GET", "/v1/orgs", null).at("/items/0/id").asText();
        String projects = "/v1/orgs/" + org + "/projects";
        List<Future<?>> ended = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                ended.add(clients.submit(() -> {
                    for (int number = first; number < PROJECTS; number += CLIENTS) {
                        call("POST", projects, Json.object().put("name", "project-" + number));
                        call("GET", projects, null);
                        call("GET", "/v1/cluster", null);
                    }
                    return null;
                }));
            }
        }
        for (Future<?> each : ended) {
            each.get();
        }
    }

    private JsonNode call(String method, String path, @Nullable ObjectNode body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path))
                .timeout(REQUEST_LIMIT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "training-" + keys.incrementAndGet())
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + " answered " + response.statusCode());
        }
        return Json.parse(response.body());
    }
}
