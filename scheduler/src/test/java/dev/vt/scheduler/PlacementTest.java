package dev.vt.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.scheduler.view.LabelTerm;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.PlacementRules;
import dev.vt.scheduler.view.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private final World world = new World();

    private String reason() {
        Plan plan = world.pass();
        return plan.gaps().isEmpty() ? "" : plan.gaps().getFirst().reason();
    }

    private static PlacementRules require(String... terms) {
        return new PlacementRules(
                List.of(terms).stream().map(LabelTerm::parse).toList(), List.of(), List.of(), List.of(), "zone");
    }

    @Test
    void theFirstFilterThatLeavesNoNodeIsTheReason() {
        World.Group web = world.group("env_1", "web");
        assertThat(reason()).isEqualTo("no_nodes_active");

        World.Node node = world.node("node_a", 4_096);
        node.state = NodeState.ENROLLED;
        assertThat(reason()).isEqualTo("no_nodes_active");

        node.state = NodeState.ACTIVE;
        web.architectures = List.of("arm64");
        assertThat(reason()).isEqualTo("no_node_driver");

        web.architectures = List.of("amd64", "arm64");
        web.capabilities = List.of("kvm");
        assertThat(reason()).isEqualTo("missing:kvm");

        web.capabilities = List.of();
        web.placement = require("disk=ssd");
        assertThat(reason()).isEqualTo("no_node_matches");

        node.labels = Map.of("disk", "ssd");
        web.resources = new Resources(100, 100_000 * World.MIB, 1);
        assertThat(reason()).isEqualTo("no_capacity_memory");

        web.resources = new Resources(100, World.MIB, 100_000 * World.MIB);
        assertThat(reason()).isEqualTo("no_capacity_disk");

        web.resources = new Resources(100, World.MIB, World.MIB);
        node.addresses = 0;
        assertThat(reason()).isEqualTo("ipam_exhausted");

        node.addresses = 1;
        assertThat(reason()).isEqualTo("starting");
    }

    @Test
    void memoryIsHardAndCountsTheOverhead_I1() {
        World.Node node = world.roomyFor("node_a", 300);
        node.drivers = List.of(new NodeView.DriverView("qemu", 0));
        World.Group web = world.group("env_1", "web").scale(3);
        world.pass();
        assertThat(world.running(web))
                .as("two of 100 MiB and 128 MiB overhead are too much")
                .hasSize(1);
        assertThat(world.used("node_a").memoryBytes()).isEqualTo(228 * World.MIB);
    }

    @Test
    void whatTheSelfTestPublishesCountsIfItIsLarger() {
        World.Node node = world.roomyFor("node_a", 300);
        node.drivers = List.of(new NodeView.DriverView("qemu", 150 * World.MIB));
        world.group("env_1", "web");
        world.pass();
        assertThat(world.used("node_a").memoryBytes()).isEqualTo(250 * World.MIB);
    }

    @Test
    void cpuNeverExcludesANode() {
        world.node("node_a", 4_096);
        World.Group web = world.group("env_1", "web").scale(3);
        web.resources = new Resources(64_000, World.MIB, World.MIB);
        world.pass();
        assertThat(world.running(web)).hasSize(3);
    }

    @Test
    void instancesSpreadOverZonesBeforeNodes() {
        world.node("node_a", 4_096).labels(Map.of("zone", "z1"));
        world.node("node_b", 4_096).labels(Map.of("zone", "z1"));
        world.node("node_c", 4_096).labels(Map.of("zone", "z2"));
        World.Group web = world.group("env_1", "web").scale(2);
        world.pass();
        assertThat(world.running(web)).extracting(instance -> instance.node).containsExactly("node_a", "node_c");
    }

    @Test
    void preferredLabelsWinOverOrder() {
        world.node("node_a", 4_096);
        world.node("node_b", 4_096).labels(Map.of("disk", "ssd"));
        World.Group web = world.group("env_1", "web");
        web.placement = new PlacementRules(
                List.of(),
                List.of(new PlacementRules.Preference(LabelTerm.parse("disk=ssd"), 10)),
                List.of(),
                List.of(),
                "zone");
        world.pass();
        assertThat(world.running(web))
                .singleElement()
                .extracting(instance -> instance.node)
                .isEqualTo("node_b");
    }

    @Test
    void apartKeepsProcessesOfAnEnvironmentOnDifferentNodes() {
        world.node("node_a", 4_096);
        world.node("node_b", 4_096);
        World.Group db = world.group("env_1", "db");
        world.converge();
        World.Group web = world.group("env_1", "web");
        web.placement = new PlacementRules(List.of(), List.of(), List.of("db"), List.of(), "zone");
        world.pass();
        assertThat(world.running(web).getFirst().node)
                .isNotEqualTo(world.running(db).getFirst().node);
    }

    @Test
    void tiesGoToFewerInstancesThenToTheSmallerId() {
        world.node("node_b", 4_096);
        world.node("node_a", 4_096);
        World.Group web = world.group("env_1", "web");
        world.pass();
        assertThat(world.running(web))
                .singleElement()
                .extracting(instance -> instance.node)
                .isEqualTo("node_a");
    }

    @Test
    void aNodeWithBootFailuresIsUsedLast() {
        world.node("node_a", 4_096).bootFailures = 2;
        world.node("node_b", 4_096);
        World.Group web = world.group("env_1", "web");
        world.pass();
        assertThat(world.running(web))
                .singleElement()
                .extracting(instance -> instance.node)
                .isEqualTo("node_b");
    }

    @ParameterizedTest
    @CsvSource({
        "disk=ssd, true",
        "disk=hdd, false",
        "disk!=hdd, true",
        "disk!=ssd, false",
        "disk, true",
        "!disk, false",
        "gpu, false",
        "!gpu, true",
        "gpu!=a, true"
    })
    void labelTermsHold(String term, boolean holds) {
        assertThat(LabelTerm.parse(term).holds(Map.of("disk", "ssd"))).isEqualTo(holds);
        assertThat(LabelTerm.parse(term)).hasToString(term);
    }
}
