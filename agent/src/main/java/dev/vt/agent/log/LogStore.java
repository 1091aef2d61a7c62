package dev.vt.agent.log;

import dev.vt.runtime.channel.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log segments of every instance of this node. Safe for any thread; each instance's lines are written by one at a time. A
 * log disk that fails costs lines, counted, and never the workload (LG5, LG7).
 */
public final class LogStore {
    static final long SEGMENT_BYTES = 4L << 20;
    static final long INSTANCE_BYTES = 64L << 20;
    static final Duration MAX_AGE = Duration.ofDays(7);

    private static final Logger log = LoggerFactory.getLogger(LogStore.class);

    private final Path root;
    private final InstantSource clock;
    private final Redaction redaction;
    private final Map<String, LogWriter> writers = new ConcurrentHashMap<>();
    private final AtomicLong dropped = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private long version;

    /** Takes what must not be stored out of a line (LG16). */
    @FunctionalInterface
    public interface Redaction {
        byte[] apply(String instanceId, byte[] line);
    }

    public LogStore(Path root, InstantSource clock, Redaction redaction) {
        this.root = root;
        this.clock = clock;
        this.redaction = redaction;
    }

    /** Stores lines of a guest; those already stored are skipped, holes become gap records. */
    public void append(LogOrigin origin, String bootId, List<LogRecord> records) {
        LogWriter writer = writer(origin.instanceId());
        try {
            writer.append(origin, bootId, records, clock.millis(), line -> redaction.apply(origin.instanceId(), line));
        } catch (IOException e) {
            long total = dropped.addAndGet(records.size());
            log.error("log lines dropped instance={} dropped_total={}", origin.instanceId(), total, e);
        }
        signal();
    }

    /** Adds a line of the platform's own after the last of a boot (LG3). */
    public void system(LogOrigin origin, String bootId, String text) {
        try {
            writer(origin.instanceId()).system(origin, bootId, text, clock.millis());
        } catch (IOException e) {
            log.error("system log line dropped instance={}", origin.instanceId(), e);
        }
        signal();
    }

    /** The highest number of this boot on disk; 0 if none. */
    public long storedUpTo(String instanceId, String bootId) {
        try {
            return writer(instanceId).storedUpTo(bootId);
        } catch (IOException e) {
            log.error("log segments not readable instance={}", instanceId, e);
            return 0;
        }
    }

    /** Lines lost because the log disk failed. */
    public long dropped() {
        return dropped.get();
    }

    /** Removes what is older than seven days, also of instances that are gone. Called hourly. */
    public void sweep() {
        Instant oldest = clock.instant().minus(MAX_AGE);
        try (Stream<Path> instances = Files.isDirectory(root) ? Files.list(root) : Stream.empty()) {
            for (Path directory : instances.toList()) {
                for (Segment segment : Segment.list(directory)) {
                    if (Files.getLastModifiedTime(segment.file()).toInstant().isBefore(oldest)) {
                        Files.deleteIfExists(segment.file());
                    }
                }
                try (Stream<Path> left = Files.list(directory)) {
                    if (left.findAny().isEmpty()) {
                        Files.deleteIfExists(directory);
                    }
                }
            }
        } catch (IOException e) {
            log.error("log sweep failed", e);
        }
    }

    Path directory(String instanceId) {
        return root.resolve(instanceId);
    }

    /** Rises with every append to any instance. */
    long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something was appended after {@code seen}, or the time is over. */
    void awaitGrowth(long seen, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (version == seen && left > 0) {
                left = grown.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(10)));
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            version++;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private LogWriter writer(String instanceId) {
        return writers.computeIfAbsent(instanceId, id -> new LogWriter(directory(id)));
    }
}
