package dev.vt.runtime.channel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps everything a guest says; thread-safe. */
class RecordingEvents implements GuestEvents {
    private final List<GuestStatus> statuses = new ArrayList<>();
    private final List<LogRecord> records = new ArrayList<>();
    private final CountDownLatch lost = new CountDownLatch(1);
    private @Nullable ChannelException cause;
    private long storedUpTo;

    @Override
    public synchronized void status(GuestStatus status) {
        statuses.add(status);
        notifyAll();
    }

    synchronized void logStored(long seq) {
        storedUpTo = seq;
    }

    @Override
    public synchronized long logStoredUpTo() {
        return storedUpTo;
    }

    @Override
    public synchronized void log(List<LogRecord> more) {
        records.addAll(more);
        storedUpTo = more.getLast().seq();
        notifyAll();
    }

    @Override
    public byte[] secrets() throws SecretsUnavailableException {
        throw new SecretsUnavailableException("servers_unreachable");
    }

    @Override
    public synchronized void lost(ChannelException why) {
        cause = why;
        lost.countDown();
    }

    synchronized List<GuestStatus> statuses() {
        return List.copyOf(statuses);
    }

    synchronized List<LogRecord> records() {
        return List.copyOf(records);
    }

    List<String> lines(LogRecord.Stream stream) {
        return records().stream()
                .filter(r -> r.stream() == stream)
                .map(r -> new String(r.line(), StandardCharsets.UTF_8))
                .toList();
    }

    <T extends GuestStatus> T await(Class<T> type) {
        Await.until(Duration.ofSeconds(20), () -> find(type).isPresent());
        return find(type).orElseThrow();
    }

    private <T extends GuestStatus> Optional<T> find(Class<T> type) {
        return statuses().stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    void awaitLine(String line) {
        Await.until(
                Duration.ofSeconds(20),
                () -> records().stream().anyMatch(r -> new String(r.line(), StandardCharsets.UTF_8).equals(line)));
    }

    ChannelException awaitLost() throws InterruptedException {
        if (!lost.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the channel was not lost");
        }
        synchronized (this) {
            ChannelException known = cause;
            if (known == null) {
                throw new AssertionError("lost without a cause");
            }
            return known;
        }
    }
}
