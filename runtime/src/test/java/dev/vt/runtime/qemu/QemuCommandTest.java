package dev.vt.runtime.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.runtime.KernelBundle;
import dev.vt.runtime.VmSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class QemuCommandTest {
    private static final KernelBundle BUNDLE = new KernelBundle(
            Path.of("/secret/bundle"),
            "hash",
            Path.of("/secret/bundle/vmlinux"),
            Path.of("/secret/bundle/initramfs.cpio.zst"),
            Map.of(
                    "common", "quiet panic=-1",
                    "qemu", "console=ttyS0 reboot=t",
                    "tcg", "tsc=reliable tsc_early_khz={tsc_khz} no_timer_check"));
    private static final VmSpec SPEC = new VmSpec(
            "inst_1",
            "boot_1",
            Path.of("/secret/bundle"),
            2,
            192L << 20,
            50,
            List.of(
                    new VmSpec.Disk(Path.of("/secret/root.squashfs"), true, "root"),
                    new VmSpec.Disk(Path.of("/secret/scratch.img"), false, null)),
            List.of(new VmSpec.Nic("vtabc", "02:00:00:00:00:01", 1420)),
            Map.of("app", "app_1"));

    @Test
    void emulatedGuestsAreToldTheSpeedOfTheirClock() {
        assertThat(QemuCommand.kernelLine(SPEC, BUNDLE, Accelerator.TCG, OptionalLong.of(2_600_000)))
                .isEqualTo("quiet panic=-1 console=ttyS0 reboot=t tsc=reliable tsc_early_khz=2600000 no_timer_check"
                        + " vt.id=inst_1 vt.boot=boot_1 vt.ctl=virtio");
        assertThat(QemuCommand.kernelLine(SPEC, BUNDLE, Accelerator.KVM, OptionalLong.of(2_600_000)))
                .isEqualTo("quiet panic=-1 console=ttyS0 reboot=t vt.id=inst_1 vt.boot=boot_1 vt.ctl=virtio");
    }

    /** RT33 and the package's invariant. */
    @Test
    void noPathOfTheHostReachesTheCommandLine() {
        List<String> argv =
                QemuCommand.boot("qemu-system-x86_64", SPEC, BUNDLE, Accelerator.TCG, OptionalLong.of(2_600_000));
        assertThat(argv).noneMatch(word -> word.contains("secret"));
        assertThat(argv)
                .contains("-S", "-nodefaults", "-no-user-config", "-no-reboot", "196608k")
                .contains("on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
                .contains("fd=5,set=1", "fd=6,set=2")
                .contains(
                        "driver=raw,node-name=disk0,read-only=on,discard=unmap,file.driver=file,file.filename=/dev/fdset/1")
                .contains("virtio-blk-device,drive=disk0,serial=root", "virtio-blk-device,drive=disk1")
                .contains("tap,id=net0,ifname=vtabc,script=no,downscript=no");
    }
}
