package dev.vt.edge.observe;

import dev.vt.edge.relay.ConnectionObserver;
import dev.vt.edge.relay.ConnectionRecord;
import dev.vt.edge.relay.EndReason;
import dev.vt.edge.relay.HelloKind;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON line per connection, at its end. Loops leave records in a bounded queue and never wait; what does not fit is
 * counted and left out. One thread writes. Five files of 64 MiB are kept.
 */
public final class AccessLog implements ConnectionObserver, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
    private static final int QUEUE = 16_384;
    private static final int BATCH = 1024;
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MAX_FILE = 64L << 20;
    private static final int FILES = 5;
    private static final HexFormat HEX = HexFormat.of();

    private final Path file;
    private final String edgeId;
    private final ConnectionObserver next;
    private final ArrayBlockingQueue<ConnectionRecord> queue = new ArrayBlockingQueue<>(QUEUE);
    private final LongAdder dropped = new LongAdder();
    private final Thread writer;
    private final boolean cutAddresses;
    private String time = "";
    private long timeOf = -1;
    private volatile boolean closed;

    /**
     * @param cutAddresses whether only the network of a client is written
     * @param next is told everything as well
     */
    public AccessLog(Path file, String edgeId, boolean cutAddresses, ConnectionObserver next) {
        this.file = file;
        this.cutAddresses = cutAddresses;
        this.edgeId = edgeId;
        this.next = next;
        this.writer = Thread.ofPlatform().name("edge-access-log").daemon().start(this::writeAll);
    }

    @Override
    public void accepted(int port) {
        next.accepted(port);
    }

    @Override
    public void refused(int port, EndReason reason) {
        next.refused(port, reason);
    }

    @Override
    public void sniffed(HelloKind hello) {
        next.sniffed(hello);
    }

    @Override
    public void connected(long nanos) {
        next.connected(nanos);
    }

    @Override
    public void connectFailed(boolean timeout) {
        next.connectFailed(timeout);
    }

    @Override
    public void ended(ConnectionRecord connection) {
        next.ended(connection);
        if (!queue.offer(connection)) {
            dropped.increment();
        }
    }

    private void writeAll() {
        List<ConnectionRecord> batch = new ArrayList<>(BATCH);
        StringBuilder lines = new StringBuilder(BATCH * 256);
        while (!closed || !queue.isEmpty()) {
            try {
                // Polled, because a thread that waits on the queue has to be woken by a loop for each connection.
                if (queue.drainTo(batch, BATCH) == 0) {
                    TimeUnit.NANOSECONDS.sleep(PERIOD_NANOS);
                    continue;
                }
                batch.forEach(connection -> append(lines, connection));
                write(lines);
            } catch (InterruptedException e) {
                closed = true;
            } catch (IOException e) {
                log.warn("access log could not be written lines={}", batch.size(), e);
            }
            batch.clear();
            lines.setLength(0);
        }
        long lost = dropped.sum();
        if (lost > 0) {
            log.warn("access log was incomplete dropped={}", lost);
        }
    }

    private void write(StringBuilder lines) throws IOException {
        rotateIfFull();
        try (OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
            out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void rotateIfFull() throws IOException {
        if (!Files.exists(file) || Files.size(file) < MAX_FILE) {
            return;
        }
        for (int i = FILES - 1; i > 0; i--) {
            Path older = i == 1 ? file : numbered(i - 1);
            if (Files.exists(older)) {
                Files.move(older, numbered(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path numbered(int i) {
        return file.resolveSibling(file.getFileName() + "." + i);
    }

    /** Written by hand: this runs once per connection. */
    private void append(StringBuilder out, ConnectionRecord c) {
        out.append("{\"ts\":\"");
        appendTime(out, System.currentTimeMillis());
        out.append("\",\"edge_id\":\"").append(edgeId).append('"');
        if (c.idHigh() != 0) {
            out.append(",\"connection_id\":\"")
                    .append(HEX.toHexDigits(c.idHigh()))
                    .append(HEX.toHexDigits(c.idLow()));
            out.append('"');
        }
        out.append(",\"listen_port\":").append(c.port());
        text(out, "route_id", c.routeId());
        text(out, "sni", c.serverName());
        out.append(",\"client\":\"").append(address(c.client().getAddress()).getHostAddress());
        out.append("\",\"client_port\":").append(c.client().getPort());
        text(out, "backend", c.backend());
        out.append(",\"retries\":").append(c.retries());
        millis(out, "sniff_ms", c.sniffNanos());
        millis(out, "connect_ms", c.connectNanos());
        millis(out, "total_ms", c.totalNanos());
        out.append(",\"bytes_received\":")
                .append(c.received())
                .append(",\"bytes_sent\":")
                .append(c.sent());
        out.append(",\"revision\":").append(c.revision());
        out.append(",\"end\":\"").append(c.end().word()).append("\"}\n");
    }

    /** Lines of one second share its text. */
    private void appendTime(StringBuilder out, long millis) {
        long second = millis / 1000;
        if (second != timeOf) {
            timeOf = second;
            String text = Instant.ofEpochSecond(second).toString();
            time = text.substring(0, text.length() - 1);
        }
        long rest = millis % 1000;
        out.append(time)
                .append('.')
                .append((char) ('0' + rest / 100))
                .append((char) ('0' + rest / 10 % 10))
                .append((char) ('0' + rest % 10))
                .append('Z');
    }

    /** Whole, or cut to /48 and /24, which name a site rather than somebody. */
    private InetAddress address(InetAddress client) {
        if (!cutAddresses) {
            return client;
        }
        byte[] bytes = client.getAddress();
        Arrays.fill(bytes, bytes.length == 16 ? 6 : 3, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    private static void millis(StringBuilder out, String name, long nanos) {
        if (nanos >= 0) {
            long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
            out.append(",\"").append(name).append("\":").append(micros / 1000).append('.');
            long rest = micros % 1000;
            out.append((char) ('0' + rest / 100))
                    .append((char) ('0' + rest / 10 % 10))
                    .append((char) ('0' + rest % 10));
        }
    }

    /** A server name is what a stranger wrote: everything but plain characters is escaped. */
    private static void text(StringBuilder out, String name, String value) {
        if (value.isEmpty()) {
            return;
        }
        out.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                out.append("\\u").append(HEX.toHexDigits(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    @Override
    public void close() {
        closed = true;
        try {
            writer.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
