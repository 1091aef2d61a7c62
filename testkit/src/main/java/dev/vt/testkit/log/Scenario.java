package dev.vt.testkit.log;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random batches over a few aggregates, so that they often collide: stale sequences, taken names, full nodes, expired records,
 * clocks that go back, batches that are sent twice. The same seed gives the same batches.
 */
public final class Scenario {
    private final Random random;
    private final List<Batch> sent = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int count;
    private int instances;

    private Scenario(long seed) {
        this.random = new Random(seed);
    }

    public static List<Batch> of(long seed, int length) {
        Scenario scenario = new Scenario(seed);
        for (int i = 0; i < length; i++) {
            scenario.sent.add(scenario.next());
        }
        return scenario.sent;
    }

    private Batch next() {
        if (!sent.isEmpty() && random.nextInt(10) == 0) {
            return sent.get(random.nextInt(sent.size()));
        }
        now = now.plus(Duration.ofSeconds(random.nextInt(100) - 20)).plusNanos(random.nextInt(1_000_000));
        if (random.nextInt(15) == 0) {
            now = now.plus(Duration.ofHours(13));
        }
        List<Precondition> preconditions = new ArrayList<>();
        List<NewEvent> events = new ArrayList<>();
        List<SideOperation> sides = new ArrayList<>();
        int parts = random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            List<Precondition> morePreconditions = new ArrayList<>();
            List<NewEvent> moreEvents = new ArrayList<>();
            part(morePreconditions, moreEvents, sides);
            // Preconditions speak of the state before the batch, so one batch creates or deletes a thing once.
            if (moreEvents.stream()
                    .noneMatch(more ->
                            events.stream().anyMatch(event -> event.aggregate().equals(more.aggregate())))) {
                preconditions.addAll(morePreconditions);
                events.addAll(moreEvents);
            }
        }
        return new Batch(
                "bat_" + count++, now, Actor.system("test"), "req_" + count, null, preconditions, events, sides);
    }

    private void part(List<Precondition> preconditions, List<NewEvent> events, List<SideOperation> sides) {
        String id = "prj_" + random.nextInt(5);
        AggregateKey project = Shop.project(id);
        String name = "name" + random.nextInt(6);
        switch (random.nextInt(11)) {
            case 0, 1 -> {
                preconditions.add(new Precondition.Seq(project, 0));
                preconditions.add(new Precondition.Claim("name", name, project));
                events.add(Shop.created(id, name));
            }
            case 2 -> {
                preconditions.add(new Precondition.Alive(project));
                preconditions.add(new Precondition.Claim("name", name, project));
                events.add(Shop.renamed(id, name));
            }
            case 3 -> {
                preconditions.add(new Precondition.Alive(project));
                preconditions.add(new Precondition.NoChildren(project, "app"));
                preconditions.add(new Precondition.ReleaseAll(project));
                events.add(Shop.event("project.deleted", id, Json.object()));
            }
            case 4 -> preconditions.add(new Precondition.Release("name", name, project));
            case 5 -> {
                AggregateKey app = new AggregateKey("app", "app_" + random.nextInt(3));
                preconditions.add(new Precondition.Alive(project));
                preconditions.add(new Precondition.Seq(app, random.nextInt(2)));
                events.add(new NewEvent(
                        app,
                        random.nextBoolean() ? "app.created" : "app.deleted",
                        new Owner(Shop.ORG, id, app.id(), null),
                        Json.object()));
                if (events.getLast().type().equals("app.created")) {
                    events.getLast().payload().put("name", name);
                }
            }
            case 6 -> {
                String node = "node_" + random.nextInt(2);
                preconditions.add(new Precondition.Seq(new AggregateKey("node", node), 0));
                events.add(Shop.enrolled(node, 1000));
            }
            case 7 -> {
                String node = "node_" + random.nextInt(2);
                long bytes = random.nextInt(500);
                AggregateKey instance = new AggregateKey("instance", "inst_" + instances++);
                // A batch that is sent again after its answer has expired is a new one.
                preconditions.add(new Precondition.Seq(instance, 0));
                preconditions.add(new Precondition.Capacity(node, bytes));
                preconditions.add(new Precondition.Quota(Shop.ORG, Map.of("instances", 1L)));
                events.add(Shop.allocated(instance.id(), node, bytes));
            }
            case 8 -> {
                if (instances > 0) {
                    AggregateKey instance = new AggregateKey("instance", "inst_" + random.nextInt(instances));
                    preconditions.add(new Precondition.Alive(instance));
                    events.add(Shop.stopped(instance.id()));
                }
            }
            case 9 -> events.add(Shop.quota("instances", random.nextInt(6)));
            default -> {
                String key = "k" + random.nextInt(3);
                if (random.nextBoolean()) {
                    preconditions.add(new Precondition.Side("credential", key, random.nextInt(3)));
                }
                sides.add(
                        random.nextInt(4) == 0
                                ? new SideOperation.Delete("credential", key)
                                : new SideOperation.Put(
                                        "credential",
                                        key,
                                        new byte[] {(byte) random.nextInt()},
                                        random.nextBoolean() ? null : now.plusSeconds(random.nextInt(200))));
            }
        }
    }
}
