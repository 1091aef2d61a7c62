package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.node.NodeState.Admission;
import dev.vt.control.node.NodeState.Health;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Turns silence and heartbeats into changes of health (cluster.md D1 to D4). Runs on the leader. The second signal for
 * {@code offline} is the agent's stream: it is down here, too.
 */
final class NodeMonitor implements Reconciler {
    private final Nodes nodes;
    private final Heartbeats heartbeats;
    private final NodeConditions conditions;
    private final Predicate<String> connected;
    private final Supplier<ClusterConfig.Detection> config;

    /** @param connected whether a node has a stream to this server */
    NodeMonitor(
            Nodes nodes,
            Heartbeats heartbeats,
            NodeConditions conditions,
            Predicate<String> connected,
            Supplier<ClusterConfig.Detection> config) {
        this.nodes = nodes;
        this.heartbeats = heartbeats;
        this.conditions = conditions;
        this.connected = connected;
        this.config = config;
    }

    @Override
    public String name() {
        return "node-monitor";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(1);
    }

    @Override
    public ReconcileReport reconcile() {
        List<Node> watched = nodes.all().stream().filter(NodeMonitor::isWatched).toList();
        Map<String, Boolean> silent = new LinkedHashMap<>();
        watched.forEach(node -> silent.put(node.id(), isSilent(node)));
        conditions.observed(silent.values());
        List<String> problems = new ArrayList<>();
        int changed = 0;
        for (Node node : watched) {
            Health health = health(node);
            if (health == node.health()) {
                continue;
            }
            String reason = health == Health.ONLINE ? "heartbeat" : "silent";
            switch (nodes.observe(node.id(), new NodeCommand.Observe(health, reason, signals(node)))) {
                case SystemMutations.Outcome.Applied applied -> {
                    changed++;
                    conditions.changed(node.id());
                }
                case SystemMutations.Outcome.Unchanged unchanged -> {}
                case SystemMutations.Outcome.Refused(var problem) ->
                    problems.add(node.id() + ": " + problem.code().code());
            }
        }
        return new ReconcileReport(watched.size(), changed, problems);
    }

    private static boolean isWatched(Node node) {
        return switch (node.state()) {
            case ACTIVE, DRAINING, DISABLED -> true;
            case ENROLLED, REVOKED -> false;
        };
    }

    private boolean isSilent(Node node) {
        return node.state() != Admission.DISABLED
                && heartbeats.silence(node.id()).compareTo(config.get().suspectAfter()) >= 0;
    }

    private Health health(Node node) {
        Duration silence = heartbeats.silence(node.id());
        if (silence.compareTo(config.get().suspectAfter()) < 0) {
            return alive(node);
        }
        boolean gone = silence.compareTo(config.get().offlineAfter()) >= 0 && !connected.test(node.id());
        if (gone && !conditions.massSuspicion()) {
            return Health.OFFLINE;
        }
        return node.health() == Health.OFFLINE ? Health.OFFLINE : Health.SUSPECT;
    }

    private Health alive(Node node) {
        int count = heartbeats.last(node.id()).map(Heartbeats.Last::count).orElse(0);
        // Not heard yet, or not often enough: this server has just started, or the node has just come back.
        if (count == 0 || node.health() != Health.ONLINE && count < config.get().heartbeatsToReturn()) {
            return node.health();
        }
        return Health.ONLINE;
    }

    private ObjectNode signals(Node node) {
        return Json.object()
                .put("silent_s", heartbeats.silence(node.id()).toSeconds())
                .put("link", connected.test(node.id()) ? "up" : "down");
    }
}
