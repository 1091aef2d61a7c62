package dev.vt.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.IdSource;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class DeterminismTest {
    private static IdSource counting() {
        AtomicInteger count = new AtomicInteger();
        return prefix -> "%s_new%04d".formatted(prefix, count.incrementAndGet());
    }

    /** In the middle of a simulated life, with releases, drains and failures under way. */
    private static World busy(long seed) {
        Simulation simulation = new Simulation(seed);
        simulation.runFaulty(150);
        World world = simulation.world;
        world.groups.values().forEach(group -> world.release(group, "next"));
        return world;
    }

    @Property(tries = 20)
    void thePlanDoesNotDependOnTheOrderOfItsInput_K7(@ForAll long seed) {
        World world = busy(seed);
        Plan expected = new Planner().plan(world.snapshot(), world.config, world.now, counting());
        Random random = new Random(seed);
        for (int i = 0; i < 5; i++) {
            List<NodeView> nodes = new ArrayList<>(world.nodeViews());
            Collections.shuffle(nodes, random);
            List<GroupView> groups = new ArrayList<>();
            for (GroupView group : world.groupViews()) {
                List<InstanceView> instances = new ArrayList<>(group.instances());
                Collections.shuffle(instances, random);
                groups.add(new GroupView(
                        group.key(),
                        group.orgId(),
                        group.priority(),
                        group.spec(),
                        group.scale(),
                        group.scalingMin(),
                        group.envDeleted(),
                        instances,
                        group.failures().reversed(),
                        group.blocked()));
            }
            Collections.shuffle(groups, random);
            Snapshot shuffled = Snapshot.of(
                    nodes, groups, world.orgViews(), world.volumeViews().reversed(), world.massSuspicion);
            assertThat(new Planner().plan(shuffled, world.config, world.now, counting()))
                    .isEqualTo(expected);
        }
    }
}
