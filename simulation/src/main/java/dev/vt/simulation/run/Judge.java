package dev.vt.simulation.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.simulation.check.Activity;
import dev.vt.simulation.check.Linearizability;
import dev.vt.simulation.check.LogCheck;
import dev.vt.simulation.check.LogCheck.Event;
import dev.vt.simulation.check.LogCheck.ServerLog;
import dev.vt.simulation.check.Sessions;
import dev.vt.simulation.check.SetCheck;
import dev.vt.simulation.check.Violation;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.host.ServerProcess;
import dev.vt.simulation.load.Additions;
import dev.vt.simulation.load.Api;
import dev.vt.simulation.load.LoadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the final state of every server, when all is calm, and has it and the history checked. One thread. */
final class Judge {
    private static final Duration CALM_WITHIN = Duration.ofSeconds(90);
    private static final int PAGE = 1000;

    private final Cluster cluster;

    Judge(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What clients saw, whatever the servers say now. */
    static List<Violation> ofHistory(List<Operation> history) {
        List<Violation> out = new ArrayList<>(Linearizability.violations(history));
        out.addAll(Sessions.check(history));
        out.addAll(Activity.check(history));
        return out;
    }

    /** What the servers have in the end, beside what clients were told. */
    List<Violation> ofServers(List<Operation> history) throws InterruptedException {
        List<Violation> out = new ArrayList<>();
        List<ServerLog> logs = new ArrayList<>();
        Await.until("all servers are verified at the same event", CALM_WITHIN, () -> {
            logs.clear();
            return sameHead(logs);
        });
        out.addAll(LogCheck.check(logs));
        for (ServerProcess server : cluster.servers()) {
            List<SetCheck.Element> elements = new Additions(cluster.operator()).all(server.number());
            out.addAll(SetCheck.check(history, elements, "server " + server.number()));
        }
        return out;
    }

    /** Events that reconcilers append meanwhile make servers differ for a moment. */
    private boolean sameHead(List<ServerLog> logs) throws InterruptedException {
        for (ServerProcess server : cluster.servers()) {
            logs.add(log(server.number()));
        }
        Set<Integer> lengths = logs.stream().map(log -> log.events().size()).collect(Collectors.toSet());
        return lengths.size() == 1;
    }

    private ServerLog log(int server) throws InterruptedException {
        JsonNode verified = need(server, "POST", "/v1/cluster/verify");
        if (!verified.required("server_id")
                .equals(cluster.view(server).orElseThrow().required("server_id"))) {
            throw new LoadException("server " + server + " let another one verify itself");
        }
        long head = verified.required("head_event_id").longValue();
        List<String> differences = new ArrayList<>();
        verified.required("differences").forEach(line -> differences.add(line.textValue()));
        Map<String, String> digests = new HashMap<>();
        verified.required("digests")
                .properties()
                .forEach(
                        digest -> digests.put(digest.getKey(), digest.getValue().textValue()));
        return new ServerLog(server, events(server, head), differences, digests);
    }

    private List<Event> events(int server, long head) throws InterruptedException {
        List<Event> out = new ArrayList<>();
        long after = 0;
        while (after < head) {
            JsonNode page = need(server, "GET", "/v1/cluster/events?limit=" + PAGE + "&after_event_id=" + after);
            for (JsonNode event : page.required("items")) {
                long id = event.required("event_id").longValue();
                if (id <= head) {
                    out.add(new Event(id, event.required("chain_hash").textValue()));
                }
            }
            after = Math.max(after + 1, page.required("next_after_event_id").longValue());
        }
        return out;
    }

    private JsonNode need(int server, String method, String path) throws InterruptedException {
        Api.Answer answer = cluster.operator().send(server, method, path, null);
        if (answer instanceof Api.Answer.Heard heard && heard.ok()) {
            return heard.body();
        }
        throw new LoadException("server " + server + " answers " + path + " with " + answer);
    }
}
