package dev.vt.agent.secret;

import dev.vt.agent.instance.NodeServices;
import dev.vt.runtime.channel.SecretsUnavailableException;
import dev.vt.runtime.host.HostCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Any thread may call; one fetch at a time. */
public final class SecretVersions implements NodeServices.Secrets {
    private static final Logger log = LoggerFactory.getLogger(SecretVersions.class);
    private static final String MOUNT = "vt-secrets";
    private static final int MAX_FILE = 512 << 10;
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Path directory;
    private final Source source;
    private final boolean filesAllowed;
    private final Map<String, Held> held = new HashMap<>();
    private final Map<String, String> users = new HashMap<>();

    /** Where versions come from: a server. */
    public interface Source {
        /** @throws SecretsUnavailableException with a detail of secrets.md §5 */
        byte[] fetch(String instanceId, String versionId) throws SecretsUnavailableException, InterruptedException;
    }

    private record Held(byte[] file, Redactor redactor) {}

    /** @param directory becomes a tmpfs if the agent may mount one; without a tmpfs versions are in memory only */
    public SecretVersions(Path directory, Source source) {
        this.directory = directory;
        this.source = source;
        this.filesAllowed = prepare(directory);
    }

    @Override
    public synchronized void prepare(String instanceId, String versionId)
            throws SecretsUnavailableException, InterruptedException {
        if (!VERSION.matcher(versionId).matches()) {
            throw new SecretsUnavailableException("format_invalid");
        }
        if (!held.containsKey(versionId)) {
            byte[] file = load(versionId);
            if (file.length == 0) {
                file = source.fetch(instanceId, versionId);
                save(versionId, file);
            }
            held.put(versionId, new Held(file, Redactor.of(file)));
        }
        String before = users.put(instanceId, versionId);
        if (before != null && !before.equals(versionId)) {
            wipeIfUnused(before);
        }
    }

    @Override
    public synchronized void adopted(String instanceId, String versionId) {
        if (!VERSION.matcher(versionId).matches()) {
            return;
        }
        users.put(instanceId, versionId);
        if (!held.containsKey(versionId)) {
            byte[] file = load(versionId);
            if (file.length > 0) {
                held.put(versionId, new Held(file, Redactor.of(file)));
            }
        }
    }

    @Override
    public synchronized byte[] read(String instanceId, String versionId) throws SecretsUnavailableException {
        try {
            prepare(instanceId, versionId);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SecretsUnavailableException("servers_unreachable");
        }
        Held version = held.get(versionId);
        if (version == null) {
            throw new SecretsUnavailableException("servers_unreachable");
        }
        return version.file().clone();
    }

    @Override
    public synchronized void release(String instanceId) {
        String version = users.remove(instanceId);
        if (version != null) {
            wipeIfUnused(version);
        }
    }

    /** Replaces secret values of the instance's version in a line of its log (LG16). */
    public byte[] redact(String instanceId, byte[] line) {
        Redactor redactor;
        synchronized (this) {
            String version = users.get(instanceId);
            Held known = version == null ? null : held.get(version);
            if (known == null) {
                return line;
            }
            redactor = known.redactor();
        }
        return redactor.apply(line);
    }

    /** At start, when all instances are known: files that none of them uses are removed. */
    public synchronized void retainOnly(Set<String> versions) {
        if (!filesAllowed) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (!versions.contains(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            log.error("secret files could not be cleaned", e);
        }
    }

    /** Removes every secrets file of a node whose agent does not run, and the tmpfs if the agent had mounted one. */
    public static void forget(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                return;
            }
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            if (Files.getFileStore(directory).name().equals(MOUNT)) {
                HostCommand.run(List.of("umount", directory.toString()));
            }
        } catch (IOException | HostCommand.CommandException e) {
            log.error("secrets files could not be removed", e);
        }
    }

    /** The versions held now, by name. */
    synchronized Set<String> versions() {
        return new TreeSet<>(held.keySet());
    }

    private void wipeIfUnused(String version) {
        if (users.containsValue(version)) {
            return;
        }
        Held gone = held.remove(version);
        if (gone != null) {
            Arrays.fill(gone.file(), (byte) 0);
            gone.redactor().wipe();
        }
        try {
            Files.deleteIfExists(directory.resolve(version));
        } catch (IOException e) {
            log.error("secret file could not be removed version={}", version, e);
        }
    }

    private byte[] load(String versionId) {
        if (!filesAllowed) {
            return new byte[0];
        }
        Path file = directory.resolve(versionId);
        try {
            return Files.size(file) <= MAX_FILE ? Files.readAllBytes(file) : new byte[0];
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            log.error("secret file could not be read version={}", versionId, e);
            return new byte[0];
        }
    }

    private void save(String versionId, byte[] content) {
        if (!filesAllowed) {
            return;
        }
        Path fresh = directory.resolve(versionId + ".new");
        try {
            Files.deleteIfExists(fresh);
            try (FileChannel channel = FileChannel.open(
                    fresh,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            Files.move(fresh, directory.resolve(versionId), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.error("secret file could not be kept version={}", versionId, e);
        }
    }

    /** Swap would write secrets to a disk, and so would a directory that is not a tmpfs: then there are no files. */
    private static boolean prepare(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            if (!isMemory(directory)) {
                HostCommand.run(List.of(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "mode=0700,size=64m,nosuid,nodev,noexec",
                        MOUNT,
                        directory.toString()));
            }
            if (Files.readAllLines(Path.of("/proc/swaps")).size() > 1) {
                log.warn("this host has swap: secrets are kept in memory only");
                return false;
            }
            return true;
        } catch (IOException | HostCommand.CommandException e) {
            log.warn("no tmpfs for secrets: they are kept in memory only", e);
            return false;
        }
    }

    private static boolean isMemory(Path directory) throws IOException {
        String type = Files.getFileStore(directory).type();
        return type.equals("tmpfs") || type.equals("ramfs");
    }
}
