package dev.vt.control.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Json;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InstanceEventCodecTest {
    private static final String HASH = "sha256:" + "ab".repeat(32);

    private final GoldenEvents goldens = new GoldenEvents(PlacementFeature.class, "placement");

    private void check(InstanceEvent event, String variant) {
        // As it comes out of the log: a small long is an int there.
        ObjectNode payload =
                (ObjectNode) Json.parse(InstanceEventCodec.payload(event).toString());
        goldens.check(InstanceEventCodec.type(event), variant, payload);
        assertThat(InstanceEventCodec.parse(InstanceEventCodec.type(event), payload))
                .isEqualTo(event);
    }

    @Test
    void everyFormIsWrittenAndReadAsEver() {
        check(
                new InstanceEvent.Allocated(
                        "web", "node_1", "qemu", "rel_1", "sv_1", "dep_1", HASH, "fd00::1", 500, 1 << 28, 1 << 27,
                        1L << 32),
                "");
        check(
                new InstanceEvent.Allocated(
                        "web", "node_1", "sim", "rel_1", null, null, HASH, "fd00::1", 500, 1 << 28, 0, 1L << 32),
                "plain");
        check(new InstanceEvent.DesiredStateChanged(DesiredState.DRAINING, 10, "rollout_replace"), "");
        check(new InstanceEvent.DesiredStateChanged(DesiredState.STOPPED, null, "node_offline"), "stopped");
        Instant at = Instant.parse("2026-01-01T00:00:00.123Z");
        check(new InstanceEvent.StatusChanged(InstanceStatus.READY, null, null, "boot_1", 0, null, at), "");
        check(new InstanceEvent.StatusChanged(InstanceStatus.FAILED, "exited", "code 3", "boot_1", 2, 3, at), "failed");
    }

    @Test
    void noticesOfTheSchedulerAreWrittenAsEver() {
        goldens.check(
                "env.scheduling_blocked",
                "",
                Json.object()
                        .put("process_type", "web")
                        .put("reason_code", "no_capacity_memory")
                        .put("detail", "no candidate has 256 MiB and the driver's overhead free")
                        .put("wanted", 2)
                        .put("placed", 1));
        goldens.check("env.scheduling_unblocked", "", Json.object().put("process_type", "web"));
    }

    @Test
    void everyEventOfThePackageHasAGolden() {
        goldens.checkComplete();
    }
}
