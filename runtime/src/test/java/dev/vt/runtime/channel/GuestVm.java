package dev.vt.runtime.channel;

import dev.vt.runtime.UnixChannel;
import dev.vt.runtime.host.TscFrequency;
import dev.vt.runtime.testing.KernelBundles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A real guest under emulation, started without the driver: a BusyBox image, an empty scratch and a network that leads nowhere. */
final class GuestVm implements AutoCloseable {
    private static final List<String> APPLETS = List.of(
            "sh",
            "cat",
            "echo",
            "id",
            "ls",
            "sleep",
            "hostname",
            "stty",
            "awk",
            "ip",
            "touch",
            "true",
            "mount",
            "kill");

    private final Path directory;
    private final Process process;

    private GuestVm(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    static GuestVm start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("vt-vm");
        Path image = buildImage(directory);
        Path scratch = directory.resolve("scratch");
        run(directory, "truncate", "-s", "256M", scratch.toString());
        run(directory, "mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", scratch.toString());
        Path bundle = KernelBundles.find();
        String line = "console=ttyS0 quiet panic=-1 reboot=t mitigations=off 8250.nr_uarts=1 random.trust_cpu=on"
                + " cryptomgr.notests nokaslr no_timer_check tsc=reliable tsc_early_khz="
                + TscFrequency.detectKhz().orElseThrow() + " vt.id=" + InitProcess.INSTANCE + " vt.boot="
                + InitProcess.BOOT
                + " vt.ctl=virtio";
        List<String> command =
                new ArrayList<>(List.of("qemu-system-x86_64", "-M", "microvm,pic=off,pit=off,rtc=on,acpi=on"));
        command.addAll(List.of("-accel", "tcg", "-cpu", "max", "-m", "192", "-nodefaults", "-no-user-config"));
        command.addAll(List.of("-no-reboot", "-display", "none", "-serial", "file:" + directory.resolve("console")));
        command.addAll(List.of("-kernel", bundle.resolve("vmlinux").toString()));
        command.addAll(List.of("-initrd", bundle.resolve("initramfs.cpio.zst").toString(), "-append", line));
        command.addAll(
                List.of("-device", "virtio-serial-device", "-device", "virtserialport,chardev=ctl,name=vt.ctl.0"));
        command.addAll(List.of("-chardev", "socket,id=ctl,path=" + directory.resolve("ctl") + ",server=on,wait=off"));
        command.addAll(List.of("-drive", "id=a,if=none,format=raw,readonly=on,file=" + image));
        command.addAll(List.of("-drive", "id=b,if=none,format=raw,file=" + scratch));
        command.addAll(List.of("-device", "virtio-blk-device,drive=a", "-device", "virtio-blk-device,drive=b"));
        command.addAll(List.of("-netdev", "user,id=n,restrict=on", "-device", "virtio-net-device,netdev=n"));
        Process process = new ProcessBuilder(command).inheritIO().start();
        GuestVm vm = new GuestVm(directory, process);
        Await.until(Duration.ofSeconds(20), () -> Files.exists(directory.resolve("ctl")));
        return vm;
    }

    private static Path buildImage(Path directory) throws IOException, InterruptedException {
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("bin"));
        Files.createDirectories(tree.resolve("etc"));
        Files.createDirectories(tree.resolve("run/app/sub"));
        Files.copy(Path.of("/bin/busybox"), tree.resolve("bin/busybox"));
        tree.resolve("bin/busybox").toFile().setExecutable(true, false);
        for (String applet : APPLETS) {
            Files.createSymbolicLink(tree.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        // Links that must not lead init astray.
        Files.createSymbolicLink(tree.resolve("tmp"), Path.of("/etc"));
        Files.createSymbolicLink(tree.resolve("etc/resolv.conf"), Path.of("/bin/busybox"));
        Path image = directory.resolve("image");
        run(directory, "mksquashfs", tree.toString(), image.toString(), "-quiet", "-no-progress", "-all-root");
        return image;
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("tool.log").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command[0] + " failed: " + Files.readString(directory.resolve("tool.log")));
        }
    }

    GuestChannel open(GuestEvents events) throws IOException, InterruptedException {
        // QEMU's socket is there a moment before it can be connected to.
        AtomicReference<UnixChannel> transport = new AtomicReference<>();
        Await.until(Duration.ofSeconds(20), () -> {
            try {
                transport.set(UnixChannel.connect(directory.resolve("ctl")));
                return true;
            } catch (ConnectException e) {
                return false;
            }
        });
        return GuestChannel.open(
                Objects.requireNonNull(transport.get()),
                InitProcess.INSTANCE,
                InitProcess.BOOT,
                1,
                Duration.ofSeconds(60),
                events);
    }

    Path image() {
        return directory.resolve("image");
    }

    boolean awaitExit() throws InterruptedException {
        return process.waitFor(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try (Stream<Path> files = Files.walk(directory)) {
            process.waitFor();
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
