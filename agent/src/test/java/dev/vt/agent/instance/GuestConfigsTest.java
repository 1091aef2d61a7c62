package dev.vt.agent.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageConfig;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.images.rootfs.UserTable;
import dev.vt.runtime.channel.GuestConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestConfigsTest {
    @Test
    void takesTheImagesDefaultsWhereTheWorkloadSaysNothing() {
        GuestConfig config = GuestConfigs.of(
                Workloads.of("inst_AB").argv(new String[0]).spec(), root("app", List.of("/bin/a"), List.of("b")), 7);
        assertThat(config.process().argv()).containsExactly("/bin/a", "b");
        assertThat(config.process().workdir()).isEqualTo("/srv");
        assertThat(config.process().uid()).isEqualTo(1000);
        assertThat(config.process().gid()).isEqualTo(1000);
        assertThat(config.process().groups()).containsExactly(2000L);
        assertThat(config.process().vars())
                .containsEntry("A", "image")
                .containsEntry("GREETING", "hello")
                .containsEntry("HOME", "/home/app")
                .containsEntry("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        assertThat(config.hostname()).isEqualTo("inst-ab");
        assertThat(config.secrets()).isFalse();
        assertThat(config.stopSignal()).isEqualTo("TERM");
        assertThat(config.stopGraceMs()).isEqualTo(7000);
    }

    @Test
    void theWorkloadWinsOverTheImage() {
        WorkloadSpec spec =
                Workloads.of("inst_1").argv("/bin/x").secrets("secver_1").spec();
        GuestConfig config = GuestConfigs.of(spec, root(null, List.of("/bin/a"), List.of()), 10);
        assertThat(config.process().argv()).containsExactly("/bin/x");
        assertThat(config.process().uid()).isZero();
        assertThat(config.secrets()).isTrue();
    }

    @Test
    void anUnknownUserAndAnEmptyCommandAreRefused() {
        WorkloadSpec spec = Workloads.of("inst_1").argv(new String[0]).spec();
        assertThatThrownBy(() -> GuestConfigs.of(spec, root("nobody-here", List.of("/bin/a"), List.of()), 10))
                .hasMessage("driver_start_failed/user_unresolved");
        assertThatThrownBy(() -> GuestConfigs.of(spec, root("app", List.of(), List.of()), 10))
                .hasMessage("driver_start_failed/config_invalid");
    }

    private static RootFilesystem root(String user, List<String> entrypoint, List<String> cmd) {
        return new RootFilesystem(
                Path.of("/x"),
                "squashfs",
                "0",
                1,
                new ImageConfig("linux", "amd64", entrypoint, cmd, List.of("A=image"), "/srv", user, null, List.of()),
                UserTable.parse(
                        "root:x:0:0::/root:\napp:x:1000:1000::/home/app:\n".getBytes(StandardCharsets.UTF_8),
                        "app:x:1000:\nextra:x:2000:app\n".getBytes(StandardCharsets.UTF_8)));
    }
}
