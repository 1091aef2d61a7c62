package dev.vt.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whole stories, as the log would tell them; {@code -Dvt.golden.write=true} rewrites them. */
class GoldenPlanTest {
    private final World world = new World();

    private World.Node node(String id) {
        return Objects.requireNonNull(world.nodes.get(id));
    }

    private void threeZones() {
        for (String id : List.of("a", "b", "c")) {
            world.node("node_" + id, 2_048).labels(Map.of("zone", "zone-" + id));
        }
    }

    private void golden(String name) throws IOException {
        Path file = Path.of("src/test/resources/golden/plan", name + ".txt");
        String story = String.join("\n", world.log) + "\n";
        if (Boolean.getBoolean("vt.golden.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, story);
        }
        assertThat(story).isEqualTo(Files.readString(file));
    }

    @Test
    void rollingDeploy() throws IOException {
        threeZones();
        World.Group web = world.group("env_shop", "web").scale(3).memory(256);
        world.converge();
        world.release(web, "v2");
        world.converge();
        golden("rolling-deploy");
    }

    @Test
    void brokenReleaseStallsAndIsRolledBack() throws IOException {
        threeZones();
        World.Group web = world.group("env_shop", "web").scale(2);
        world.converge();
        world.release(web, "broken");
        for (int second = 0; second < 40; second++) {
            for (World.Instance instance : world.running(web)) {
                if (instance.hash.equals("broken")) {
                    world.report(instance, InstanceStatus.FAILED, "crash_loop_backoff");
                }
            }
            world.pass();
            world.advance(Duration.ofSeconds(1));
        }
        world.release(web, "v1");
        world.converge();
        golden("broken-release");
    }

    @Test
    void nodeIsDrainedAndComesBack() throws IOException {
        threeZones();
        world.group("env_shop", "web").scale(3);
        world.group("env_shop", "worker").scale(2);
        world.converge();
        node("node_b").state = NodeState.DRAINING;
        world.converge();
        node("node_b").state = NodeState.ACTIVE;
        world.converge();
        golden("node-drain");
    }

    @Test
    void nodeIsLost() throws IOException {
        threeZones();
        world.group("env_shop", "web").scale(3);
        world.converge();
        node("node_c").health = NodeHealth.SUSPECT;
        world.pass();
        node("node_c").health = NodeHealth.OFFLINE;
        world.converge();
        node("node_c").health = NodeHealth.ONLINE;
        world.converge();
        golden("node-lost");
    }

    @Test
    void fullNodeDrainsFirst() throws IOException {
        world.roomyFor("node_a", 250);
        World.Group web = world.group("env_shop", "web").scale(2);
        world.converge();
        world.release(web, "v2");
        world.converge();
        golden("drain-first");
    }
}
