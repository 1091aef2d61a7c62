package dev.vt.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.Reasons;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InPlaceTest {
    private final World world = new World();
    private World.Group db;

    InPlaceTest() {
        world.node("node_a", 8_192);
        world.node("node_b", 8_192);
        db = world.group("env_1", "db");
    }

    @BeforeEach
    void attach() {
        db.volumes = List.of("vol_1");
        world.volumeHomes.put("vol_1", "node_b");
        world.converge();
    }

    private World.Node home() {
        return Objects.requireNonNull(world.nodes.get("node_b"));
    }

    private static List<String> rendered(Plan plan) {
        return plan.actions().stream().map(World::render).toList();
    }

    @Test
    void itStartsOnTheNodeThatHoldsTheVolume() {
        assertThat(world.running(db))
                .singleElement()
                .extracting(instance -> instance.node)
                .isEqualTo("node_b");
    }

    @Test
    void theNextOneStartsOnlyWhenTheLastIsReportedStopped() {
        world.release(db, "v2");
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("draining");
        assertThat(world.pass().actions()).isEmpty();
        world.advance(java.time.Duration.ofMinutes(1));
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("stopped");
        assertThat(world.pass().actions()).as("told to stop is not stopped").isEmpty();
        world.obey();
        assertThat(rendered(world.pass()))
                .singleElement()
                .asString()
                .startsWith("allocate")
                .contains("node_b");
    }

    @Test
    void aSilentNodeIsNeverAssumedStopped_I2() {
        home().health = NodeHealth.OFFLINE;
        Plan plan = world.pass();
        assertThat(rendered(plan)).containsExactly("blocked env_1/db volume_home_node_offline wanted=1 placed=1");
        home().fenced = true;
        assertThat(rendered(world.pass())).anyMatch(line -> line.startsWith("stopped"));
    }

    @Test
    void aDrainingNodeKeepsItAndListsItAsBlocker_K12() {
        home().state = NodeState.DRAINING;
        Plan plan = world.pass();
        assertThat(plan.actions()).isEmpty();
        assertThat(plan.drainBlockers())
                .containsExactly(
                        new DrainBlocker("node_b", world.running(db).getFirst().id, Reasons.DRAIN_BLOCKED_STATEFUL));
        home().drainForced = true;
        assertThat(rendered(world.pass())).singleElement().asString().contains("node_draining");
    }

    @Test
    void nothingStopsWhenTheNewSpecCannotRunThere() {
        db.memory(100_000);
        world.release(db, "v2");
        assertThat(rendered(world.pass())).containsExactly("blocked env_1/db no_capacity_memory wanted=1 placed=0");
    }

    @Test
    void aFailedOneIsReplacedInItsPlace() {
        world.report(world.running(db).getFirst(), InstanceStatus.FAILED, "exited");
        assertThat(rendered(world.pass())).singleElement().asString().contains("instance_failed");
        world.obey();
        assertThat(rendered(world.pass()))
                .singleElement()
                .asString()
                .startsWith("allocate")
                .contains("node_b");
    }

    @Test
    void volumesOnTwoNodesAreAConstraintNobodyCanMeet() {
        world.scale(db, 0);
        world.converge();
        db.volumes = List.of("vol_1", "vol_2");
        world.volumeHomes.put("vol_2", "node_a");
        world.scale(db, 1);
        assertThat(rendered(world.pass()))
                .containsExactly("blocked env_1/db volume_constraints_invalid wanted=1 placed=0");
    }
}
