package dev.vt.agent.plan;

import dev.vt.agent.actor.Mailbox;
import dev.vt.agent.actor.Timeline;
import dev.vt.agent.instance.Instances;
import dev.vt.agent.state.StateFiles;
import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan.Assignment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes plans, newest only, on a virtual thread of its own: decides whether one counts, saves it, and tells every instance what
 * is wanted of it. A plan that is on disk counts before any server answers (RT3, RT11).
 */
public final class Planner {
    private static final Logger log = LoggerFactory.getLogger(Planner.class);

    private final Path file;
    private final String clusterId;
    private final String nodeId;
    private final Networks networks;
    private final Instances instances;
    private final Conditions conditions;
    private final Mailbox<Received> mailbox;
    private final AtomicLong cursor = new AtomicLong(-1);

    private record Received(byte[] json, Reply reply) {}

    /** Takes the network of a plan, before its instances are told. */
    @FunctionalInterface
    public interface Networks {
        void apply(NodeNetwork network, long cursor);
    }

    /** Told once per plan. */
    @FunctionalInterface
    public interface Reply {
        /** @param refusedReason empty if it was applied, or already was */
        void done(String planId, long cursor, String refusedReason);
    }

    public Planner(
            Path file,
            String clusterId,
            String nodeId,
            Networks networks,
            Instances instances,
            Conditions conditions,
            Timeline timeline) {
        this.file = file;
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.networks = networks;
        this.instances = instances;
        this.conditions = conditions;
        this.mailbox = new Mailbox<>(1, timeline);
    }

    /** Applies the saved plan, if there is one. Called once, before {@link #run}. */
    public void loadSaved() {
        Optional<PlanDocument> saved = StateFiles.read(file, PlanDocument::parse);
        saved.ifPresent(document -> {
            log.info(
                    "saved plan applied plan={} cursor={}",
                    document.plan().planId(),
                    document.plan().cursorEventId());
            tell(document);
            cursor.set(document.plan().cursorEventId());
        });
    }

    /** The event the plan in force reflects; 0 if there is none. */
    public long cursor() {
        return Math.max(0, cursor.get());
    }

    /** A newer plan replaces one that was not looked at yet. */
    public void receive(byte[] json, Reply reply) {
        mailbox.replace(older -> true, new Received(json, reply));
    }

    /** The actor's body. */
    public void run() throws InterruptedException {
        while (true) {
            Optional<Received> received = mailbox.take(Instant.MAX);
            if (received.isPresent()) {
                handle(received.get());
            } else if (mailbox.isFinished()) {
                return;
            }
        }
    }

    public void close() {
        mailbox.close();
    }

    private void handle(Received received) {
        PlanDocument document;
        try {
            document = PlanDocument.parse(received.json());
        } catch (IllegalArgumentException e) {
            log.error("plan is not readable", e);
            conditions.set("plan_refused", "not readable");
            received.reply().done("", 0, "plan_refused");
            return;
        }
        String planId = document.plan().planId();
        long planCursor = document.plan().cursorEventId();
        PlanDecision decision =
                PlanDecision.decide(document.plan(), clusterId, nodeId, cursor.get(), instances.running());
        switch (decision) {
            case PlanDecision.Apply() -> {
                StateFiles.write(file, document.json());
                tell(document);
                cursor.set(planCursor);
                conditions.clear("plan_refused");
                conditions.clear("plan_held_mass_stop");
                log.info(
                        "plan applied plan={} cursor={} instances={}",
                        planId,
                        planCursor,
                        document.plan().instances().size());
                received.reply().done(planId, planCursor, "");
            }
            case PlanDecision.Ignore() -> received.reply().done(planId, planCursor, "");
            case PlanDecision.Refuse(String reason, String detail) -> {
                log.warn("plan refused plan={} cursor={} reason={} detail={}", planId, planCursor, reason, detail);
                conditions.set(reason, detail);
                received.reply().done(planId, planCursor, reason);
            }
        }
    }

    private void tell(PlanDocument document) {
        NodeNetwork network = document.plan().network();
        if (network != null) {
            networks.apply(network, document.plan().cursorEventId());
        }
        tellInstances(document);
    }

    private void tellInstances(PlanDocument document) {
        Set<String> named = new HashSet<>();
        Set<String> changed = new TreeSet<>();
        for (Assignment assignment : document.plan().instances()) {
            named.add(assignment.instanceId());
            if (!instances.desire(assignment)) {
                changed.add(assignment.instanceId());
            }
        }
        if (changed.isEmpty()) {
            conditions.clear("spec_changed");
        } else {
            conditions.set("spec_changed", String.join(" ", changed));
        }
        for (PlanDocument.Invalid invalid : document.invalid()) {
            named.add(invalid.instanceId());
            log.error("assignment lacks required fields instance={}", invalid.instanceId());
            instances.refuse(invalid.instanceId(), invalid.generation());
        }
        instances.absentExcept(named);
    }
}
