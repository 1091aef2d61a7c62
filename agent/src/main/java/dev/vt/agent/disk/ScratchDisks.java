package dev.vt.agent.disk;

import dev.vt.agent.instance.BootException;
import dev.vt.agent.instance.NodeServices;
import dev.vt.agent.state.StateFiles;
import dev.vt.runtime.host.HostCommand;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Scratch disks: a sparse ext4 file per instance, made anew for each boot and removed after it (RT34). No journal: nothing on
 * it outlives the boot.
 */
public final class ScratchDisks implements NodeServices.Scratch {
    private final Path directory;

    public ScratchDisks(Path directory) {
        this.directory = directory;
        StateFiles.makeDirectory(directory);
    }

    @Override
    public Path create(String instanceId, long bytes) {
        Path file = file(instanceId);
        try {
            Files.deleteIfExists(file);
            try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
                disk.setLength(bytes);
            }
            HostCommand.run(List.of(
                    "mke2fs",
                    "-q",
                    "-F",
                    "-t",
                    "ext4",
                    "-m",
                    "0",
                    "-O",
                    "^has_journal,^resize_inode",
                    "-E",
                    "lazy_itable_init=1,nodiscard,root_owner=0:0",
                    file.toString()));
            return file;
        } catch (IOException e) {
            throw new BootException("driver_start_failed", "disk_full", e);
        } catch (HostCommand.CommandException e) {
            throw new BootException("driver_start_failed", "device", e);
        }
    }

    @Override
    public void delete(String instanceId) {
        StateFiles.delete(file(instanceId));
    }

    /** Removes disks of instances that are not known any more. */
    public void retainOnly(Set<String> instanceIds) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".img") && !instanceIds.contains(name.substring(0, name.length() - 4))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new StateFiles.StateException("clean scratch disks", e);
        }
    }

    private Path file(String instanceId) {
        return directory.resolve(instanceId + ".img");
    }
}
