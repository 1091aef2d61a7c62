package dev.vt.agent.instance;

import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which boots of this node start from a snapshot, and the making of those that are missing (runtime.md §15). Nothing ever waits for
 * one: a boot without a snapshot is a cold boot, and asks for one to be made behind it. Any thread may call; snapshots are made on a
 * virtual thread of this object's, one at a time; what is asked for meanwhile is asked for again by the next cold boot.
 */
public final class SnapshotStarts {
    private static final Logger log = LoggerFactory.getLogger(SnapshotStarts.class);
    /** A shape whose snapshot could not be made is left alone for so long. */
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(10);

    private static final int SHAPES_REMEMBERED = 64;
    private static final Duration MAKER_ENDS = Duration.ofSeconds(5);
    private static final String MEMORY_OWNER = "base-snapshot";

    private final VmDriver driver;
    private final MemoryBudget memory;
    private final AtomicLong cold = new AtomicLong();
    private final AtomicLong restored = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread maker;
    private boolean closed;
    private final Map<Shape, Long> notBeforeNanos = new LinkedHashMap<>();

    private record Shape(Path kernel, int vcpus, long memoryBytes, int disks, int nics) {
        static Shape of(VmSpec spec) {
            return new Shape(
                    spec.kernel(),
                    spec.vcpus(),
                    spec.memoryBytes(),
                    spec.disks().size(),
                    spec.nics().size());
        }
    }

    /**
     * What became of the boots since the agent's start.
     *
     * @param cold that never tried a snapshot
     * @param restored from a snapshot
     * @param restoreFailures that had to boot after all (RT37)
     */
    public record Counts(long cold, long restored, long restoreFailures) {}

    public SnapshotStarts(VmDriver driver, MemoryBudget memory) {
        this.driver = driver;
        this.memory = memory;
    }

    /** What this VM can start from now; empty: boot it. */
    Optional<BaseSnapshot> find(VmSpec spec) {
        try {
            return driver.baseSnapshot(spec);
        } catch (VmDriverException e) {
            log.warn("base snapshot not usable vm={} detail={}", spec.id(), e.detail(), e);
            return Optional.empty();
        }
    }

    void restored(BaseSnapshot snapshot, String vmId) {
        restored.incrementAndGet();
        log.info("vm restored vm={} snapshot={}", vmId, snapshot.id());
    }

    /** The guest was not there, or was not itself: nothing starts from this one again. */
    void failed(BaseSnapshot snapshot, String vmId, Exception cause) {
        failures.incrementAndGet();
        log.warn("vm not restored, it boots vm={} snapshot={}", vmId, snapshot.id(), cause);
        driver.discard(snapshot);
    }

    /** A VM of this shape has booted cold: the next one shall not have to. */
    void booted(VmSpec spec, boolean snapshotWanted) {
        cold.incrementAndGet();
        if (!snapshotWanted) {
            return;
        }
        Shape shape = Shape.of(spec);
        lock.lock();
        try {
            Long notBefore = notBeforeNanos.get(shape);
            boolean early = notBefore != null && System.nanoTime() - notBefore < 0;
            if (!closed && !early && (maker == null || !maker.isAlive())) {
                maker = Thread.ofVirtual().name("base-snapshot").start(() -> make(spec, shape));
            }
        } finally {
            lock.unlock();
        }
    }

    private void make(VmSpec spec, Shape shape) {
        long bytes = spec.memoryBytes() + driver.selfTest().overheadBytes();
        if (!memory.take(MEMORY_OWNER, bytes)) {
            log.info("no memory to make a base snapshot memory_bytes={}", spec.memoryBytes());
            return;
        }
        try {
            driver.takeBaseSnapshot(spec);
        } catch (VmDriverException e) {
            log.warn("base snapshot not made detail={}", e.detail(), e);
            lock.lock();
            try {
                if (notBeforeNanos.size() >= SHAPES_REMEMBERED) {
                    notBeforeNanos.remove(notBeforeNanos.keySet().iterator().next());
                }
                notBeforeNanos.put(shape, System.nanoTime() + AFTER_FAILURE.toNanos());
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            memory.release(MEMORY_OWNER);
        }
    }

    public Counts counts() {
        return new Counts(cold.get(), restored.get(), failures.get());
    }

    /** Ends the making of one; the driver removes what there is of it. */
    public void close() throws InterruptedException {
        Thread running;
        lock.lock();
        try {
            closed = true;
            running = maker;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.interrupt();
            running.join(MAKER_ENDS);
        }
    }
}
