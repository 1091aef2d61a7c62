package dev.vt.agent.health;

import dev.vt.agent.instance.NodeServices;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.runtime.ByteChannelPair;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a connection to the instance, and for HTTP asks once: 200 to 399 is healthy, no redirect is followed, at most 64 KiB are
 * read. A refused connection that works from inside the guest means a workload that listens on IPv4 or loopback only.
 * Stateless.
 */
public final class NetworkProbe implements NodeServices.Probe {
    private static final Logger log = LoggerFactory.getLogger(NetworkProbe.class);
    private static final int MAX_ANSWER = 64 << 10;

    private final boolean overlay;

    /** @param overlay whether instances have an overlay address; else the guest's init connects for us */
    public NetworkProbe(boolean overlay) {
        this.overlay = overlay;
    }

    @Override
    public Optional<String> check(WorkloadSpec spec, WorkloadSpec.Health health, Optional<GuestChannel> channel)
            throws InterruptedException {
        Duration timeout = Duration.ofSeconds(Math.max(1, health.timeoutS()));
        if (!overlay) {
            return channel.map(open -> throughGuest(open, spec, health, timeout))
                    .orElse(Optional.of("refused"));
        }
        try (Socket socket = new Socket()) {
            InetAddress address = InetAddress.getByName(spec.network().address());
            socket.connect(new InetSocketAddress(address, health.port()), Math.toIntExact(timeout.toMillis()));
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            return ask(socket.getInputStream(), socket.getOutputStream(), spec, health);
        } catch (SocketTimeoutException e) {
            return Optional.of("timeout");
        } catch (ConnectException e) {
            return Optional.of(listensInside(channel, health) ? "listens_ipv4_only" : "refused");
        } catch (IOException e) {
            log.debug("probe failed instance={}", spec.instanceId(), e);
            return Optional.of("refused");
        }
    }

    private static Optional<String> throughGuest(
            GuestChannel channel, WorkloadSpec spec, WorkloadSpec.Health health, Duration timeout) {
        try (ByteChannelPair connection = channel.openForward(health.port(), timeout)) {
            return ask(connection.input(), connection.output(), spec, health);
        } catch (ChannelException e) {
            return Optional.of(e.detail().equals("timeout") ? "timeout" : "refused");
        } catch (IOException e) {
            return Optional.of("refused");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("timeout");
        }
    }

    private static boolean listensInside(Optional<GuestChannel> channel, WorkloadSpec.Health health)
            throws InterruptedException {
        if (channel.isEmpty()) {
            return false;
        }
        try {
            channel.get().openForward(health.port(), Duration.ofSeconds(1)).close();
            return true;
        } catch (ChannelException | IOException e) {
            return false;
        }
    }

    private static Optional<String> ask(
            InputStream input, OutputStream output, WorkloadSpec spec, WorkloadSpec.Health health) throws IOException {
        if (!health.type().equals("http")) {
            return Optional.empty();
        }
        String path = health.path();
        String request = "GET " + (path == null || path.isEmpty() ? "/" : path) + " HTTP/1.1\r\nHost: ["
                + spec.network().address() + "]:" + health.port()
                + "\r\nUser-Agent: vt-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        output.write(request.getBytes(StandardCharsets.ISO_8859_1));
        output.flush();
        return isHealthy(statusLine(input)) ? Optional.empty() : Optional.of("status");
    }

    /** The first line of the answer; the rest is nobody's business. */
    private static String statusLine(InputStream input) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < MAX_ANSWER; i++) {
            int read = input.read();
            if (read < 0 || read == '\n') {
                break;
            }
            line.append((char) read);
        }
        return line.toString().strip();
    }

    static boolean isHealthy(String statusLine) {
        String[] parts = statusLine.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            return false;
        }
        try {
            int status = Integer.parseInt(parts[1]);
            return status >= 200 && status <= 399;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
