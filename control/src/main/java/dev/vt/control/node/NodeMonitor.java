package dev.vt.control.node;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.node.NodeState.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Turns silence and heartbeats into changes of health (scheduler.md §2). Runs on the leader. */
final class NodeMonitor implements Reconciler {
    static final Duration SUSPECT_AFTER = Duration.ofSeconds(15);
    static final Duration OFFLINE_AFTER = Duration.ofSeconds(60);

    private final Nodes nodes;
    private final Heartbeats heartbeats;
    private final SystemMutations mutations;

    NodeMonitor(Nodes nodes, Heartbeats heartbeats, SystemMutations mutations) {
        this.nodes = nodes;
        this.heartbeats = heartbeats;
        this.mutations = mutations;
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
        List<Node> all = nodes.all();
        List<String> problems = new ArrayList<>();
        int changed = 0;
        for (Node node : all) {
            Health health = health(node);
            if (health == Health.of(node.health())) {
                continue;
            }
            String reason = health == Health.ONLINE ? "heartbeat" : "silent";
            SystemMutations.Outcome outcome = mutations.asSystem("node-monitor", draft -> {
                Node fresh = nodes.find(node.id()).orElseThrow();
                draft.expect(fresh.key(), fresh.row().resourceVersion());
                draft.decided(
                        NodeDecider.decide(fresh.status(), new NodeCommand.Observe(health, reason)),
                        event -> Nodes.encode(fresh.id(), event));
            });
            switch (outcome) {
                case SystemMutations.Outcome.Applied applied -> changed++;
                case SystemMutations.Outcome.Unchanged unchanged -> {}
                case SystemMutations.Outcome.Refused(var problem) ->
                    problems.add(node.id() + ": " + problem.code().code());
            }
        }
        return new ReconcileReport(all.size(), changed, problems);
    }

    private Health health(Node node) {
        Duration silence = heartbeats.silence(node.id());
        if (silence.compareTo(OFFLINE_AFTER) >= 0) {
            return Health.OFFLINE;
        }
        if (!heartbeats.everHeard(node.id())) {
            return Health.of(node.health());
        }
        return silence.compareTo(SUSPECT_AFTER) >= 0 ? Health.SUSPECT : Health.ONLINE;
    }
}
