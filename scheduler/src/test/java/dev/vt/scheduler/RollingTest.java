package dev.vt.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.RestartPolicy;
import dev.vt.scheduler.view.RolloutRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RollingTest {
    private final World world = new World();

    private World.Group twoNodesAndWeb(int scale) {
        world.node("node_a", 8_192);
        world.node("node_b", 8_192);
        return world.group("env_1", "web").scale(scale);
    }

    private static List<String> rendered(Plan plan) {
        return plan.actions().stream().map(World::render).toList();
    }

    @Test
    void aNewGroupIsStartedSpreadOverTheNodes() {
        World.Group web = twoNodesAndWeb(4);
        world.converge();
        assertThat(world.running(web)).extracting(instance -> instance.node).containsOnly("node_a", "node_b");
        assertThat(world.running(web).stream().filter(instance -> instance.node.equals("node_a")))
                .hasSize(2);
    }

    @Test
    void aConvergedGroupGetsNoActionAndNoGap_I11() {
        twoNodesAndWeb(3);
        world.converge();
        Plan plan = world.plan();
        assertThat(plan.actions()).isEmpty();
        assertThat(plan.gaps()).isEmpty();
    }

    @Test
    void rollingSurgesByOneAndDrainsOnlyWhenReady() {
        World.Group web = twoNodesAndWeb(2);
        world.converge();
        world.release(web, "v2");
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("allocate env_1/web");
        assertThat(world.pass().actions())
                .as("nothing drains before the new one is ready")
                .isEmpty();
        world.obey();
        assertThat(rendered(world.pass()))
                .singleElement()
                .asString()
                .startsWith("draining")
                .contains("rollout_replace");
        world.converge();
        assertThat(world.running(web)).hasSize(2).allMatch(instance -> instance.hash.equals("v2"));
        assertThat(world.running(web))
                .extracting(instance -> instance.node)
                .containsExactlyInAnyOrder("node_a", "node_b");
    }

    @Test
    void maxUnavailableLetsOldOnesGoFirst() {
        World.Group web = twoNodesAndWeb(3).rollout(0, 1);
        world.converge();
        world.release(web, "v2");
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("draining");
        world.obey();
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("allocate");
        world.obey();
        world.converge();
        assertThat(world.running(web)).hasSize(3).allMatch(instance -> instance.hash.equals("v2"));
    }

    @Test
    void minReadySecondsDelaysTheNextStep() {
        World.Group web = twoNodesAndWeb(1);
        web.rollout = new RolloutRules(1, 0, 120, 600, 30);
        world.converge();
        world.advance(Duration.ofSeconds(60));
        world.release(web, "v2");
        world.pass();
        world.obey();
        Plan waiting = world.pass();
        assertThat(waiting.actions()).isEmpty();
        assertThat(waiting.wakeAt()).contains(world.now.plusSeconds(30));
        world.advance(Duration.ofSeconds(30));
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("draining");
    }

    @Test
    void scaleDownDrainsSurplusWithReason() {
        World.Group web = twoNodesAndWeb(3);
        world.converge();
        world.scale(web, 1);
        assertThat(rendered(world.pass())).hasSize(2).allMatch(line -> line.contains("scale_down"));
        world.converge();
        assertThat(world.running(web)).hasSize(1);
    }

    @Test
    void wantedZeroLeavesNothing_I6() {
        World.Group web = twoNodesAndWeb(3);
        world.converge();
        web.envDeleted = true;
        assertThat(rendered(world.pass())).hasSize(3).allMatch(line -> line.contains("env_deleted"));
        world.converge();
        assertThat(world.running(web)).isEmpty();
    }

    @Test
    void aDrainThatIsNotReportedEndsAsStoppedAfterTheGrace() {
        World.Group web = twoNodesAndWeb(1);
        world.converge();
        world.scale(web, 0);
        Plan first = world.pass();
        assertThat(first.wakeAt()).contains(world.now.plusSeconds(12));
        world.advance(Duration.ofSeconds(12));
        assertThat(rendered(world.pass()))
                .singleElement()
                .asString()
                .startsWith("stopped")
                .contains("scale_down");
        assertThat(world.pass().actions()).isEmpty();
    }

    @Test
    void whenSurgeDoesNotFitMemoryTheOldOneDrainsFirst() {
        world.roomyFor("node_a", 150);
        World.Group web = world.group("env_1", "web");
        world.converge();
        world.release(web, "v2");
        Plan plan = world.pass();
        assertThat(rendered(plan))
                .singleElement()
                .asString()
                .startsWith("draining")
                .contains("rollout_replace");
        assertThat(plan.gaps()).singleElement().extracting(Gap::reason).isEqualTo(Reasons.DRAIN_FIRST);
        world.obey();
        world.converge();
        assertThat(world.running(web))
                .singleElement()
                .extracting(instance -> instance.hash)
                .isEqualTo("v2");
    }

    @Test
    void whenSurgeDoesNotFitTheQuotaOldOnesDrainFirstOneAtATime() {
        World.Group web = twoNodesAndWeb(3);
        world.limits.put("org_1", Map.of("max_instances", 3L));
        world.converge();
        world.release(web, "v2");
        assertThat(rendered(world.pass())).singleElement().asString().startsWith("draining");
        assertThat(world.pass().actions()).isEmpty();
        world.converge();
        assertThat(world.running(web)).hasSize(3).allMatch(instance -> instance.hash.equals("v2"));
    }

    @Test
    void nothingDrainsWhenTheNewSpecCannotRunAnywhere() {
        World.Group web = twoNodesAndWeb(1);
        world.converge();
        web.memory(100_000);
        world.release(web, "v2");
        assertThat(rendered(world.pass())).containsExactly("blocked env_1/web no_capacity_memory wanted=1 placed=0");
        assertThat(world.pass().actions()).as("K11: said once").isEmpty();
    }

    @Test
    void aFailedInstanceIsReplacedOnAnotherNode_K9() {
        World.Group web = twoNodesAndWeb(1);
        world.converge();
        World.Instance first = world.running(web).getFirst();
        world.report(first, InstanceStatus.FAILED, "exited");
        assertThat(rendered(world.pass()))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("stopped").contains("instance_failed"),
                        line -> assertThat(line).startsWith("allocate").contains("node_b"));
    }

    @Test
    void anInstanceThatNeverGetsReadyTimesOut_K9() {
        World.Group web = twoNodesAndWeb(1);
        Plan first = world.pass();
        assertThat(first.gaps()).singleElement().extracting(Gap::reason).isEqualTo(Reasons.STARTING);
        world.report(world.of(web).getFirst(), InstanceStatus.BOOTING, null);
        Plan booting = world.pass();
        assertThat(booting.wakeAt()).contains(world.now.plusSeconds(120));
        world.advance(Duration.ofMinutes(2));
        assertThat(rendered(world.pass())).first().asString().contains("instance_failed");
    }

    @Test
    void replacementsSlowDownThenStall_K10() {
        World.Group web = twoNodesAndWeb(1);
        world.pass();
        int replacements = 0;
        for (int second = 0; second < 60; second++) {
            world.running(web).forEach(instance -> world.report(instance, InstanceStatus.FAILED, "exited"));
            replacements += (int) world.pass().actions().stream()
                    .filter(Action.Allocate.class::isInstance)
                    .count();
            world.advance(Duration.ofSeconds(1));
        }
        assertThat(replacements).isEqualTo(3);
        assertThat(world.plan().gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reasons.ROLLOUT_STALLED);
            assertThat(gap.blocked()).isTrue();
        });
        world.advance(Duration.ofMinutes(5));
        assertThat(world.pass().actions().stream().filter(Action.Allocate.class::isInstance))
                .as("one attempt each five minutes")
                .hasSize(1);
        world.release(web, "v2");
        assertThat(world.pass().actions()).anyMatch(Action.Allocate.class::isInstance);
        assertThat(world.plan().gaps()).noneMatch(gap -> gap.reason().equals(Reasons.ROLLOUT_STALLED));
    }

    @Test
    void aStalledRolloutKeepsTheOldInstances_K10() {
        World.Group web = twoNodesAndWeb(2);
        world.converge();
        world.release(web, "v2");
        for (int second = 0; second < 120; second++) {
            for (World.Instance instance : world.running(web)) {
                if (instance.hash.equals("v2")) {
                    world.report(instance, InstanceStatus.FAILED, "exited");
                }
            }
            world.pass();
            world.advance(Duration.ofSeconds(1));
        }
        assertThat(world.running(web).stream().filter(instance -> instance.hash.equals("v1")))
                .hasSize(2)
                .allMatch(instance -> instance.status == InstanceStatus.READY);
    }

    @Test
    void aCompletedInstanceIsNotReplacedUntilTheHashChanges_K9() {
        World.Group job = twoNodesAndWeb(1);
        job.restart = RestartPolicy.NEVER;
        world.converge();
        world.report(world.running(job).getFirst(), InstanceStatus.STOPPED, null);
        Plan plan = world.pass();
        assertThat(plan.actions()).isEmpty();
        assertThat(plan.gaps()).isEmpty();
        world.release(job, "v2");
        assertThat(rendered(world.pass())).hasSize(2);
    }

    @Test
    void anOfflineNodeLosesItsWork_K13() {
        World.Group web = twoNodesAndWeb(2);
        world.converge();
        nodeA().health = NodeHealth.SUSPECT;
        assertThat(world.pass().actions()).isEmpty();
        nodeA().health = NodeHealth.OFFLINE;
        assertThat(rendered(world.pass()))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("stopped").contains("node_offline"),
                        line -> assertThat(line).startsWith("allocate").contains("node_b"));
        assertThat(world.running(web)).hasSize(2);
    }

    @Test
    void inMassSuspicionNothingIsReplacedForSilence_K5() {
        twoNodesAndWeb(2);
        world.converge();
        nodeA().health = NodeHealth.OFFLINE;
        world.massSuspicion = true;
        assertThat(world.pass().actions()).isEmpty();
    }

    @Test
    void aDisabledNodeLosesItsWork() {
        twoNodesAndWeb(1);
        world.converge();
        nodeA().state = NodeState.DISABLED;
        assertThat(rendered(world.pass())).hasSize(2).first().asString().contains("node_offline");
    }

    @Test
    void aDrainingNodeIsEmptiedBySurge_K12() {
        World.Group web = twoNodesAndWeb(1);
        world.converge();
        nodeA().state = NodeState.DRAINING;
        assertThat(rendered(world.pass()))
                .singleElement()
                .asString()
                .startsWith("allocate")
                .contains("node_b");
        world.obey();
        assertThat(rendered(world.pass())).singleElement().asString().contains("node_draining");
        world.converge();
        assertThat(world.running(web))
                .singleElement()
                .extracting(instance -> instance.node)
                .isEqualTo("node_b");
    }

    @Test
    void aDrainWhoseReplacementsDoNotFitStopsNothing_K12() {
        world.roomyFor("node_a", 150);
        world.roomyFor("node_b", 50);
        world.group("env_1", "web");
        world.converge();
        nodeA().state = NodeState.DRAINING;
        assertThat(rendered(world.pass())).containsExactly("blocked env_1/web no_capacity_memory wanted=1 placed=0");
    }

    @Test
    void atMostTwentyInstancesLeaveADrainingNodeAtOnce_K12() {
        world.node("node_a", 65_536);
        for (int i = 0; i < 30; i++) {
            world.group("env_%02d".formatted(i), "web");
        }
        world.converge();
        world.node("node_b", 65_536);
        nodeA().state = NodeState.DRAINING;
        assertThat(world.pass().actions()).hasSize(20);
        assertThat(world.pass().actions()).isEmpty();
        world.converge();
        assertThat(world.instances.values().stream().filter(instance -> instance.desired == DesiredState.RUNNING))
                .hasSize(30)
                .allMatch(instance -> instance.node.equals("node_b"));
    }

    @Test
    void missingSecretsBlockBeforeAnyNodeIsLookedAt() {
        World.Group web = world.group("env_1", "web");
        web.secretsMissing = true;
        assertThat(rendered(world.pass())).containsExactly("blocked env_1/web secrets_missing wanted=1 placed=0");
        web.secretsMissing = false;
        world.node("node_a", 4_096);
        assertThat(rendered(world.pass())).hasSize(2).last().isEqualTo("unblocked env_1/web");
    }

    @Test
    void quotaBlocksWithItsDimension() {
        World.Group web = twoNodesAndWeb(2);
        world.limits.put("org_1", Map.of("max_total_memory_bytes", 150 * World.MIB));
        assertThat(rendered(world.pass()))
                .hasSize(2)
                .last()
                .isEqualTo("blocked env_1/web org_quota_exceeded:max_total_memory_bytes wanted=2 placed=1");
        assertThat(world.running(web)).hasSize(1);
    }

    @Test
    void organisationsOfEqualPriorityTakeTurns_K6() {
        world.roomyFor("node_a", 450);
        World.Group greedy = world.group("env_1", "web").scale(10);
        World.Group modest = world.group("env_2", "web").scale(2);
        modest.org = "org_2";
        world.pass();
        assertThat(world.running(greedy)).hasSize(2);
        assertThat(world.running(modest)).hasSize(2);
    }

    @Test
    void higherPriorityIsPlacedFirst_K6() {
        world.roomyFor("node_a", 150);
        world.group("env_1", "web");
        World.Group vip = world.group("env_2", "web");
        vip.priority = 900;
        world.pass();
        assertThat(world.running(vip)).hasSize(1);
        assertThat(world.running(world.only())).isEmpty();
    }

    private World.Node nodeA() {
        return java.util.Objects.requireNonNull(world.nodes.get("node_a"));
    }
}
