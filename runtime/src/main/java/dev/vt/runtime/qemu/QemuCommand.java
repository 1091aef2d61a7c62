package dev.vt.runtime.qemu;

import dev.vt.runtime.KernelBundle;
import dev.vt.runtime.VmSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** QEMU's command line for one VM; pure. Descriptor numbers are those {@code launch.sh} opens. */
final class QemuCommand {
    /** Descriptors 5 to 9; also what fits beside serial, entropy and network on eight virtio-mmio transports. */
    static final int MAX_DISKS = 5;

    static final int CONSOLE_BYTES = 262_144;
    static final String CONTROL_SOCKET = "ctl";
    static final String QMP_SOCKET = "qmp";

    private QemuCommand() {}

    static List<String> of(
            String binary, VmSpec spec, KernelBundle bundle, Accelerator accelerator, OptionalLong tscKhz) {
        List<String> argv = new ArrayList<>(List.of(
                binary,
                "-name",
                "vt-" + spec.id(),
                "-M",
                "microvm,pic=off,pit=off,rtc=on,acpi=on",
                "-accel",
                accelerator.option(),
                "-cpu",
                accelerator == Accelerator.KVM ? "host" : "max",
                "-smp",
                Integer.toString(spec.vcpus()),
                "-m",
                (spec.memoryBytes() >> 10) + "k",
                "-nodefaults",
                "-no-user-config",
                "-no-reboot",
                "-action",
                "shutdown=pause",
                "-display",
                "none",
                "-S",
                "-sandbox",
                "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                "-qmp",
                "unix:" + QMP_SOCKET + ",server=on,wait=off",
                "-chardev",
                "ringbuf,id=console,size=" + CONSOLE_BYTES,
                "-serial",
                "chardev:console",
                "-chardev",
                "socket,id=ctl,path=" + CONTROL_SOCKET + ",server=on,wait=off",
                "-device",
                "virtio-serial-device,max_ports=2",
                "-device",
                "virtserialport,chardev=ctl,name=vt.ctl.0",
                "-object",
                "rng-random,id=rng,filename=/dev/urandom",
                "-device",
                "virtio-rng-device,rng=rng"));
        for (int i = 0; i < spec.disks().size(); i++) {
            VmSpec.Disk disk = spec.disks().get(i);
            argv.add("-add-fd");
            argv.add("fd=" + (5 + i) + ",set=" + (i + 1));
            argv.add("-blockdev");
            argv.add("driver=raw,node-name=disk" + i + ",read-only=" + onOff(disk.readOnly())
                    + ",discard=unmap,file.driver=file,file.filename=/dev/fdset/" + (i + 1));
            argv.add("-device");
            String serial = disk.serial();
            argv.add("virtio-blk-device,drive=disk" + i + (serial == null ? "" : ",serial=" + serial));
        }
        for (int i = 0; i < spec.nics().size(); i++) {
            VmSpec.Nic nic = spec.nics().get(i);
            argv.add("-netdev");
            argv.add("tap,id=net" + i + ",ifname=" + nic.tap() + ",script=no,downscript=no");
            argv.add("-device");
            argv.add("virtio-net-device,netdev=net" + i + ",mac=" + nic.mac());
        }
        argv.addAll(List.of(
                "-kernel",
                "/proc/self/fd/3",
                "-initrd",
                "/proc/self/fd/4",
                "-append",
                kernelLine(spec, bundle, accelerator, tscKhz)));
        return List.copyOf(argv);
    }

    /** The guest kernel's command line (runtime.md §7): at most 1 KiB, nothing secret. */
    static String kernelLine(VmSpec spec, KernelBundle bundle, Accelerator accelerator, OptionalLong tscKhz) {
        List<String> words = new ArrayList<>();
        words.add(bundle.commandLine("common"));
        words.add(bundle.commandLine("qemu"));
        for (String word : bundle.commandLine(accelerator.word()).split(" ")) {
            if (!word.contains("{tsc_khz}")) {
                words.add(word);
            } else if (tscKhz.isPresent()) {
                words.add(word.replace("{tsc_khz}", Long.toString(tscKhz.getAsLong())));
            }
        }
        words.add("vt.id=" + spec.id());
        words.add("vt.boot=" + spec.bootId());
        words.add("vt.ctl=virtio");
        words.removeIf(String::isEmpty);
        return String.join(" ", words);
    }

    private static String onOff(boolean value) {
        return value ? "on" : "off";
    }
}
