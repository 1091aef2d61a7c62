package dev.vt.images.rootfs;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.layer.MergedImage;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@code tar2sqfs}, which reads the merged tar and writes a squashfs image: the same bytes for the same tar.
 *
 * <p>The builder is handed one descriptor to read and one to write. As root it runs as nobody, without capabilities and in
 * an empty network namespace; always with bounded memory and time.
 */
public final class SquashfsBuilder {
    private static final Logger log = LoggerFactory.getLogger(SquashfsBuilder.class);
    private static final int NOBODY = 65534;
    private static final int BLOCK_SIZE = 131072;
    private static final int MAX_ERROR_TEXT = 4096;
    private static final long PROBE_SECONDS = 20;

    private final SquashfsOptions options;
    private final boolean root;
    private final List<String> confinement;
    private final String version;

    private SquashfsBuilder(SquashfsOptions options, boolean root, List<String> confinement, String version) {
        this.options = options;
        this.root = root;
        this.confinement = confinement;
        this.version = version;
    }

    /**
     * Finds the builder and the strongest confinement that works here.
     *
     * @throws ImageException {@code builder} if {@code tar2sqfs} does not run; the message names the package to install
     */
    public static SquashfsBuilder find(SquashfsOptions options) throws InterruptedException {
        boolean root = isRoot();
        List<String> bounded = List.of("prlimit", "--as=" + options.memoryBytes(), "--");
        List<String> unprivileged = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                "--no-new-privs",
                "--bounding-set=-all",
                "--inh-caps=-all",
                "--"));
        unprivileged.addAll(bounded);
        List<String> isolated = new ArrayList<>(List.of("unshare", "--net", "--"));
        isolated.addAll(unprivileged);
        for (List<String> confinement : root ? List.of(isolated, unprivileged) : List.of(bounded)) {
            Optional<String> version = probe(confinement);
            if (version.isPresent()) {
                if (root && !confinement.equals(isolated)) {
                    log.warn("root file system builder runs with a network namespace of the host");
                }
                return new SquashfsBuilder(options, root, confinement, version.get());
            }
        }
        throw new ImageException(
                ImageFailure.BUILDER, "tar2sqfs does not run; install the package squashfs-tools-ng (and util-linux)");
    }

    public String format() {
        return "squashfs";
    }

    /** Everything that decides the output besides the input: part of the cache key. */
    public String identity() {
        return version + " " + String.join(" ", formatOptions());
    }

    /**
     * Builds an image file.
     *
     * @param output does not exist yet; its directory may be closed to the builder's user
     * @throws ImageException {@code builder} or {@code disk_full}
     */
    public void build(MergedImage image, Path output) throws IOException, InterruptedException {
        Files.createFile(output, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        if (root) {
            Files.setAttribute(output, "unix:uid", NOBODY);
        }
        Process process = start(output);
        Thread killer = Thread.ofVirtual().start(() -> killAtDeadline(process));
        StringBuilder errors = new StringBuilder();
        Thread listener = Thread.ofVirtual().start(() -> readErrors(process.getErrorStream(), errors));
        try {
            feed(image, process);
            int status = process.waitFor();
            listener.join();
            if (status != 0) {
                throw failure(status, errors.toString());
            }
            if (root) {
                Files.setAttribute(output, "unix:uid", 0);
            }
        } finally {
            process.destroyForcibly();
            killer.interrupt();
        }
    }

    private Process start(Path output) throws IOException {
        List<String> command = new ArrayList<>(confinement);
        command.addAll(
                List.of("tar2sqfs", "--quiet", "--force", "--no-skip", "--num-jobs", String.valueOf(options.jobs())));
        command.addAll(formatOptions());
        // Opened anew through the descriptor it inherits, so no path has to be open to the builder's user.
        command.add("/dev/stdout");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile());
        confine(builder);
        return builder.start();
    }

    private List<String> formatOptions() {
        List<String> arguments = new ArrayList<>(List.of(
                "--compressor",
                options.compressor(),
                "--block-size",
                String.valueOf(BLOCK_SIZE),
                "--defaults",
                "mtime=0"));
        if (options.compressor().equals("zstd")) {
            arguments.addAll(List.of("--comp-extra", "level=1"));
        }
        return arguments;
    }

    private static void feed(MergedImage image, Process process) throws IOException, InterruptedException {
        try (OutputStream pipe = new InterruptibleOutput(process.getOutputStream())) {
            image.writeTo(new BufferedOutputStream(pipe, 1 << 16));
        } catch (InterruptedIOException e) {
            throw new InterruptedException("build cancelled");
        } catch (IOException e) {
            // A builder that ended early closed the pipe; its exit status says more than the pipe does.
            if (!process.waitFor(1, TimeUnit.SECONDS) || process.exitValue() == 0) {
                throw e;
            }
        }
    }

    private static ImageException failure(int status, String errors) {
        log.warn("root file system builder failed status={} stderr={}", status, errors.strip());
        boolean full = errors.toLowerCase(Locale.ROOT).contains("no space left");
        return full
                ? new ImageException(ImageFailure.DISK_FULL, "no space is left for the root file system")
                : new ImageException(ImageFailure.BUILDER, "the image builder ended with status " + status);
    }

    private void killAtDeadline(Process process) {
        try {
            if (!process.waitFor(options.time().toSeconds(), TimeUnit.SECONDS)) {
                log.warn("root file system builder took too long limit={}", options.time());
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void readErrors(InputStream stream, StringBuilder into) {
        byte[] buffer = new byte[1024];
        try (stream) {
            for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                if (into.length() < MAX_ERROR_TEXT) {
                    into.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("builder's messages could not be read", e);
        }
    }

    private static Optional<String> probe(List<String> confinement) throws InterruptedException {
        List<String> command = new ArrayList<>(confinement);
        command.addAll(List.of("tar2sqfs", "--version"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        confine(builder);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String first;
            try (InputStream out = process.getInputStream()) {
                first = new String(out.readNBytes(MAX_ERROR_TEXT), StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElse("");
            }
            boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 ? Optional.of(first) : Optional.empty();
        } catch (IOException e) {
            log.debug("builder cannot be started command={}", command.getFirst(), e);
            return Optional.empty();
        }
    }

    private static void confine(ProcessBuilder builder) {
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.directory(new File("/"));
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException("own user is unknown", e);
        }
    }

    /** Writes to a pipe do not notice an interrupt by themselves. */
    private static final class InterruptibleOutput extends FilterOutputStream {
        InterruptibleOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (Thread.interrupted()) {
                throw new InterruptedIOException("build cancelled");
            }
            out.write(bytes, offset, length);
        }
    }
}
