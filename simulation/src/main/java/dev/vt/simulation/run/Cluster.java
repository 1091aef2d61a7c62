package dev.vt.simulation.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.simulation.host.HostException;
import dev.vt.simulation.host.ServerProcess;
import dev.vt.simulation.load.Api;
import dev.vt.simulation.load.LoadException;
import dev.vt.simulation.load.Scene;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Servers that are one cluster, and the operator's view of them. One thread. */
final class Cluster implements AutoCloseable {
    private static final Duration START_WITHIN = Duration.ofSeconds(90);
    private static final Duration AGREE_WITHIN = Duration.ofSeconds(90);

    private final List<ServerProcess> servers;
    private final SSLContext trust;
    private final Api operator;
    private final String token;
    private final String org;

    private Cluster(List<ServerProcess> servers, SSLContext trust, String token, String org) {
        this.servers = servers;
        this.trust = trust;
        this.token = token;
        this.org = org;
        this.operator = new Api(uris(servers), trust, token);
    }

    /** The first server makes the cluster, the others join it; returns when all vote. */
    static Cluster found(List<ServerProcess> servers) throws IOException, InterruptedException {
        ServerProcess first = servers.getFirst();
        first.start();
        Await.until("server 1 has an authority", START_WITHIN, () -> Files.exists(first.file("ca.pem")));
        SSLContext trust = Api.trusting(first.file("ca.pem"));
        Cluster cluster;
        try (Api nobody = new Api(uris(servers), trust, "")) {
            Await.until("server 1 is ready", START_WITHIN, () -> ok(nobody.send(1, "GET", "/readyz", null)));
            ObjectNode bootstrap = Json.object()
                    .put("code", Files.readString(first.file("bootstrap-code")).trim())
                    .put("email", "owner@example.com")
                    .put("org_name", "acme");
            JsonNode made = need(nobody.send(1, "POST", "/v1/bootstrap", bootstrap));
            cluster = new Cluster(
                    servers,
                    trust,
                    made.required("secret").textValue(),
                    made.required("resource").required("id").textValue());
        }
        cluster.liftLimits();
        cluster.joinAtOnce(servers.subList(1, servers.size()));
        Await.until("all servers vote", Duration.ofMinutes(3), () -> cluster.voters() == servers.size());
        cluster.agree();
        return cluster;
    }

    /** The group takes one after the other; that they set themselves up takes longer. */
    private void joinAtOnce(List<ServerProcess> others) throws InterruptedException {
        ServerProcess first = servers.getFirst();
        List<Callable<Void>> joins = new ArrayList<>();
        for (ServerProcess server : others) {
            String secret = post("/v1/enrollment-tokens", Json.object().put("kind", "server"))
                    .required("secret")
                    .textValue();
            joins.add(() -> {
                server.join(first, secret);
                server.start();
                return null;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> join : threads.invokeAll(joins)) {
                join.get();
            }
        } catch (ExecutionException e) {
            throw new HostException("a server could not join", e);
        }
    }

    private static List<URI> uris(List<ServerProcess> servers) {
        return servers.stream().map(ServerProcess::api).toList();
    }

    /** Clients here are faster than people. */
    private void liftLimits() throws InterruptedException {
        ObjectNode body = Json.object();
        body.putObject("document")
                .putObject("limits")
                .put("reads_per_minute", 1_000_000)
                .put("writes_per_minute", 1_000_000)
                .put("tokens_per_minute", 10_000);
        need(operator.send(1, "PUT", "/v1/cluster/config", body, "If-Match", "\"0\""));
    }

    private static boolean ok(Api.Answer answer) {
        return answer instanceof Api.Answer.Heard heard && heard.ok();
    }

    private static JsonNode need(Api.Answer answer) {
        if (answer instanceof Api.Answer.Heard heard && heard.ok()) {
            return heard.body();
        }
        throw new LoadException("a healthy cluster answered " + answer);
    }

    private JsonNode post(String path, JsonNode body) throws InterruptedException {
        return need(operator.send(1, "POST", path, body, "Idempotency-Key", "harness-" + System.nanoTime()));
    }

    /** With fresh registers. */
    Scene scene(int registers) throws InterruptedException {
        String project = post("/v1/orgs/" + org + "/projects", Json.object().put("name", "registers"))
                .at("/resource/id")
                .textValue();
        List<String> ids = new ArrayList<>();
        long event = 0;
        for (int i = 1; i <= registers; i++) {
            ObjectNode app = Json.object().put("project_id", project).put("name", "register-" + i);
            JsonNode made = post("/v1/orgs/" + org + "/apps", app);
            ids.add(made.at("/resource/id").textValue());
            event = made.at("/receipt/event_id").longValue();
        }
        return new Scene(org, ids, event);
    }

    List<ServerProcess> servers() {
        return servers;
    }

    Api operator() {
        return operator;
    }

    /** Connections of a client's own. */
    Api connect() {
        return new Api(uris(servers), trust, token);
    }

    private long voters() throws InterruptedException {
        Api.Answer answer = operator.send(1, "GET", "/v1/servers", null);
        long voters = 0;
        if (answer instanceof Api.Answer.Heard heard && heard.ok()) {
            for (JsonNode server : heard.body().required("items")) {
                voters += server.path("member").asText().equals("voter") ? 1 : 0;
            }
        }
        return voters;
    }

    /** One server's view of the cluster, if it has one. */
    Optional<JsonNode> view(int server) throws InterruptedException {
        Api.Answer answer = operator.send(server, "GET", "/v1/cluster", null);
        return answer instanceof Api.Answer.Heard heard && heard.ok() ? Optional.of(heard.body()) : Optional.empty();
    }

    /** Waits until every server gives linearizable reads, so that all follow one leader. */
    void agree() throws InterruptedException {
        Await.until("all servers follow one leader", AGREE_WITHIN, () -> {
            Set<String> leaders = new HashSet<>();
            for (ServerProcess server : servers) {
                Api.Answer answer =
                        operator.send(server.number(), "GET", "/v1/cluster", null, "Vt-Consistency", "linearizable");
                if (!(answer instanceof Api.Answer.Heard heard && heard.ok())) {
                    return false;
                }
                leaders.add(heard.body().required("leader_id").textValue());
            }
            return leaders.size() == 1;
        });
    }

    /** The server that itself says that it leads. */
    @Nullable
    ServerProcess leader() throws InterruptedException {
        for (ServerProcess server : servers) {
            Optional<JsonNode> view = view(server.number());
            if (view.isPresent()
                    && view.get().required("server_id").equals(view.get().required("leader_id"))) {
                return server;
            }
        }
        return null;
    }

    @Override
    public void close() {
        operator.close();
    }
}
