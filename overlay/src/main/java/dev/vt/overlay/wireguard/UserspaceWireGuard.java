package dev.vt.overlay.wireguard;

import dev.vt.kernel.Json;
import dev.vt.runtime.host.HostCommand.CommandException;
import dev.vt.runtime.host.NetworkNamespace;
import dev.vt.runtime.host.ProcessIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device served by {@code wireguard-go} over its socket (O6). The process is started once and left running when this one ends;
 * the next one finds it by its socket, and by its process identity file when it must be ended.
 */
public final class UserspaceWireGuard implements WireGuard {
    private static final Logger log = LoggerFactory.getLogger(UserspaceWireGuard.class);
    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final Duration START_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_NANOS = 5_000_000;
    private static final int MAX_ANSWER = 4 << 20;

    private final NetworkNamespace namespace;
    private final String device;
    private final Path processFile;
    private final Path socket;

    /**
     * @param device interface name; unique on the machine, because its socket is, whatever the network namespace
     * @param runDir where the identity of the process is kept; lost with the host, like the process
     */
    public UserspaceWireGuard(NetworkNamespace namespace, String device, Path runDir) {
        this.namespace = namespace;
        this.device = device;
        this.processFile = runDir.resolve(device + ".json");
        this.socket = SOCKETS.resolve(device + ".sock");
    }

    @Override
    public String kind() {
        return "userspace";
    }

    @Override
    public boolean ensure(int mtu) throws InterruptedException {
        if (answers()) {
            return false;
        }
        start();
        try {
            namespace.run("ip", "link", "set", "dev", device, "mtu", Integer.toString(mtu), "up");
        } catch (CommandException e) {
            throw new WireGuardException("could not bring up " + device, e);
        }
        return true;
    }

    private void start() throws InterruptedException {
        remove();
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            namespace.command("setsid", "wireguard-go", "--foreground", device))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(
                            processFile.resolveSibling(device + ".log").toFile()));
            builder.environment().put("LOG_LEVEL", "error");
            process = builder.start();
            process.getOutputStream().close();
            Optional<ProcessIdentity> identity = ProcessIdentity.of(process.pid());
            if (identity.isPresent()) {
                Files.write(processFile, Json.bytes(identity.get()));
            }
        } catch (IOException e) {
            throw new WireGuardException("could not start wireguard-go", e);
        }
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new WireGuardException(
                        "wireguard-go " + (process.isAlive() ? "does not answer" : "ended with " + process.exitValue()),
                        null);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while wireguard-go starts");
            }
        }
        log.info("wireguard-go started device={} pid={}", device, process.pid());
    }

    private boolean answers() {
        if (!Files.exists(socket)) {
            return false;
        }
        try {
            Uapi.check(ask(Uapi.GET));
            return true;
        } catch (WireGuardException e) {
            log.debug("wireguard-go does not answer device={}", device, e);
            return false;
        }
    }

    @Override
    public DeviceState state() {
        return Uapi.state(ask(Uapi.GET));
    }

    @Override
    public void apply(DeviceChange change) {
        if (!change.isEmpty()) {
            Uapi.check(ask(Uapi.set(change)));
        }
    }

    @Override
    public void remove() {
        if (Files.exists(processFile)) {
            try {
                Json.read(Files.readAllBytes(processFile), ProcessIdentity.class)
                        .kill();
                Files.deleteIfExists(processFile);
            } catch (IOException | IllegalArgumentException e) {
                throw new WireGuardException("could not end wireguard-go of " + device, e);
            }
        }
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new WireGuardException("could not remove the socket of " + device, e);
        }
        namespace.removeDevice(device);
    }

    /** One request, one answer, one connection; bounded in time and size. */
    private List<String> ask(String request) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            CompletableFuture<Void> timer = CompletableFuture.runAsync(
                    () -> closeQuietly(channel),
                    CompletableFuture.delayedExecutor(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
            try {
                ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                return readAnswer(channel);
            } finally {
                timer.cancel(false);
            }
        } catch (IOException e) {
            throw new WireGuardException("device " + device + " does not answer", e);
        }
    }

    private static List<String> readAnswer(SocketChannel channel) throws IOException {
        List<String> lines = new ArrayList<>();
        int size = 0;
        BufferedReader reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
        for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            size += line.length();
            if (size > MAX_ANSWER) {
                throw new IOException("an answer of more than " + MAX_ANSWER + " bytes");
            }
            lines.add(line);
        }
        return lines;
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("channel of a silent device could not be closed", e);
        }
    }
}
