package dev.vt.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import dev.vt.runtime.VmDriverException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A kernel bundle on disk (runtime.md §6): {@code bundle.json} and the files it names.
 *
 * @param hash SHA-256 of {@code bundle.json}, so of everything it names
 * @param kernel uncompressed ELF, booted by PVH
 * @param initramfs with the guest's init
 * @param commandLine parts of the guest kernel's command line: {@code common}, one per driver, one per accelerator
 */
public record KernelBundle(Path directory, String hash, Path kernel, Path initramfs, Map<String, String> commandLine) {
    public KernelBundle {
        commandLine = Map.copyOf(commandLine);
    }

    /**
     * Reads a bundle and compares its files with the hashes it names (RT15): some 50 MB, so callers keep the result.
     *
     * @throws VmDriverException permanent, {@code kernel_bundle}, if a file is missing or another
     */
    public static KernelBundle open(Path directory) {
        try {
            byte[] text = Files.readAllBytes(directory.resolve("bundle.json"));
            JsonNode description = Json.parse(text);
            Path kernel = checked(directory, description, "vmlinux");
            Path initramfs = checked(directory, description, "initramfs.cpio.zst");
            Map<String, String> commandLine = new TreeMap<>();
            description
                    .path("command_line")
                    .properties()
                    .forEach(part ->
                            commandLine.put(part.getKey(), part.getValue().asText()));
            return new KernelBundle(directory, Digests.sha256Hex(text), kernel, initramfs, commandLine);
        } catch (IOException | IllegalArgumentException e) {
            throw new VmDriverException(Kind.PERMANENT, "kernel_bundle", "the kernel bundle is not readable", e);
        }
    }

    /** One part of the command line; empty if the bundle has none of this name. */
    public String commandLine(String part) {
        return commandLine.getOrDefault(part, "");
    }

    private static Path checked(Path directory, JsonNode description, String name) throws IOException {
        Path file = directory.resolve(name);
        String wanted = description.path("files").path(name).path("sha256").asText();
        MessageDigest hash = Digests.newSha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), hash)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        if (!HexFormat.of().formatHex(hash.digest()).equals(wanted)) {
            throw new VmDriverException(
                    Kind.PERMANENT,
                    "kernel_bundle",
                    name + " does not have the hash that the kernel bundle names",
                    null);
        }
        return file;
    }
}
