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

    private static final List<String> INCOMING = List.of("-incoming", "fd:3");

    private QemuCommand() {}

    /** A machine that boots. */
    static List<String> boot(
            String binary, VmSpec spec, KernelBundle bundle, Accelerator accelerator, OptionalLong tscKhz) {
        List<String> argv = machine(binary, spec, accelerator);
        addDevices(argv, spec);
        addKernel(argv, kernelLine(spec, bundle, accelerator, tscKhz));
        return List.copyOf(argv);
    }

    /** A machine like {@link #boot}'s with nothing behind its disks and network, whose guest waits to be saved. */
    static List<String> template(
            String binary,
            VmSpec spec,
            TemplateShape shape,
            KernelBundle bundle,
            Accelerator accelerator,
            OptionalLong tscKhz) {
        List<String> argv = machine(binary, spec, accelerator);
        addPlaceholders(argv, shape);
        addKernel(argv, kernelLine(spec, bundle, accelerator, tscKhz) + " vt.template=1");
        return List.copyOf(argv);
    }

    private static void addPlaceholders(List<String> argv, TemplateShape shape) {
        for (int i = 0; i < shape.disks().size(); i++) {
            argv.add("-blockdev");
            argv.add("driver=null-co,node-name=disk" + i + ",size=4096,read-zeroes=on,read-only="
                    + onOff(shape.disks().get(i).readOnly()));
            argv.add("-device");
            argv.add(disk(i, shape.disks().get(i)));
        }
        for (int i = 0; i < shape.nics(); i++) {
            argv.add("-device");
            argv.add("virtio-net-device");
        }
    }

    /** A machine like {@link #boot}'s that goes on where its template was saved; {@code launch.sh} opens that as descriptor 3. */
    static List<String> restore(String binary, VmSpec spec, Accelerator accelerator) {
        List<String> argv = machine(binary, spec, accelerator);
        addDevices(argv, spec);
        argv.addAll(INCOMING);
        return List.copyOf(argv);
    }

    /** As {@link #restore}, with a template's placeholders: to see whether its guest goes on. */
    static List<String> restoreTrial(String binary, VmSpec spec, TemplateShape shape, Accelerator accelerator) {
        List<String> argv = machine(binary, spec, accelerator);
        addPlaceholders(argv, shape);
        argv.addAll(INCOMING);
        return List.copyOf(argv);
    }

    private static List<String> machine(String binary, VmSpec spec, Accelerator accelerator) {
        return new ArrayList<>(List.of(
                binary,
                "-name",
                "vt-" + spec.id(),
                "-M",
                "microvm,pic=off,pit=off,rtc=on,acpi=on",
                "-accel",
                accelerator.option(),
                "-cpu",
                accelerator.cpu(),
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
    }

    private static void addDevices(List<String> argv, VmSpec spec) {
        for (int i = 0; i < spec.disks().size(); i++) {
            VmSpec.Disk disk = spec.disks().get(i);
            argv.add("-add-fd");
            argv.add("fd=" + (5 + i) + ",set=" + (i + 1));
            argv.add("-blockdev");
            argv.add("driver=raw,node-name=disk" + i + ",read-only=" + onOff(disk.readOnly())
                    + ",discard=unmap,file.driver=file,file.filename=/dev/fdset/" + (i + 1));
            argv.add("-device");
            argv.add(disk(i, disk));
        }
        for (int i = 0; i < spec.nics().size(); i++) {
            VmSpec.Nic nic = spec.nics().get(i);
            argv.add("-netdev");
            argv.add("tap,id=net" + i + ",ifname=" + nic.tap() + ",script=no,downscript=no");
            argv.add("-device");
            argv.add("virtio-net-device,netdev=net" + i + ",mac=" + nic.mac());
        }
    }

    private static String disk(int index, VmSpec.Disk disk) {
        String serial = disk.serial();
        return "virtio-blk-device,drive=disk" + index + (serial == null ? "" : ",serial=" + serial);
    }

    private static void addKernel(List<String> argv, String kernelLine) {
        argv.addAll(List.of("-kernel", "/proc/self/fd/3", "-initrd", "/proc/self/fd/4", "-append", kernelLine));
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
