package dev.vt.runtime;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A kernel bundle on disk (runtime.md §6).
 *
 * @param directory holds {@code bundle.json} and the files below
 * @param kernel uncompressed ELF, booted by PVH
 * @param initramfs with the guest's init
 */
public record KernelBundle(Path directory, Path kernel, Path initramfs) {

    /** @throws VmDriverException permanent, {@code kernel_bundle}, if a file is missing */
    public static KernelBundle at(Path directory) {
        Path kernel = directory.resolve("vmlinux");
        Path zstd = directory.resolve("initramfs.cpio.zst");
        Path initramfs = Files.exists(zstd) ? zstd : directory.resolve("initramfs.cpio.gz");
        if (!Files.isReadable(kernel) || !Files.isReadable(initramfs)) {
            throw new VmDriverException(
                    VmDriverException.Kind.PERMANENT,
                    "kernel_bundle",
                    "the kernel bundle has no readable vmlinux and initramfs",
                    null);
        }
        return new KernelBundle(directory, kernel, initramfs);
    }
}
