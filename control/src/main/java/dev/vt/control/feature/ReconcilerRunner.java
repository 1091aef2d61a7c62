package dev.vt.control.feature;

import dev.vt.eventlog.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs reconcilers: one virtual thread each, plus one that tails the log and wakes those whose events came. Wake-ups while
 * one runs are joined into one. Start and close from one thread.
 */
public final class ReconcilerRunner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReconcilerRunner.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final Duration TAIL_WAIT = Duration.ofMillis(200);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private static final class Slot {
        private final Reconciler reconciler;
        private final Semaphore wake = new Semaphore(0);

        Slot(Reconciler reconciler) {
            this.reconciler = reconciler;
        }

        void wake() {
            if (wake.availablePermits() == 0) {
                wake.release();
            }
        }
    }

    private final StateReader state;
    private final Leadership leadership;
    private final ReconcileObserver observer;
    private final List<Slot> slots;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean stopping;

    public ReconcilerRunner(
            List<Reconciler> reconcilers, StateReader state, Leadership leadership, ReconcileObserver observer) {
        this.observer = observer;
        this.state = state;
        this.leadership = leadership;
        this.slots = reconcilers.stream().map(Slot::new).toList();
    }

    public void start() {
        for (Slot slot : slots) {
            threads.add(Thread.ofVirtual()
                    .name("reconcile-" + slot.reconciler.name())
                    .start(() -> loop(slot)));
        }
        threads.add(Thread.ofVirtual().name("reconcile-tail").start(this::tail));
    }

    /** Lets what runs end, at most ten seconds in all. Nothing is interrupted: that would break database connections. */
    @Override
    public void close() {
        stopping = true;
        stopped.countDown();
        slots.forEach(Slot::wake);
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        for (Thread thread : threads) {
            try {
                if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    log.warn("reconciler did not stop thread={}", thread.getName());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void loop(Slot slot) {
        while (!stopping) {
            if (leadership.epoch().isPresent()) {
                runOnce(slot.reconciler);
            }
            try {
                boolean woken = slot.wake.tryAcquire(slot.reconciler.period().toMillis(), TimeUnit.MILLISECONDS);
                if (woken) {
                    slot.wake.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void runOnce(Reconciler reconciler) {
        long start = System.nanoTime();
        boolean failed = true;
        try {
            ReconcileReport report = reconciler.reconcile();
            failed = false;
            if (report.changed() > 0 || !report.problems().isEmpty()) {
                log.info(
                        "reconciled name={} examined={} changed={} problems={}",
                        reconciler.name(),
                        report.examined(),
                        report.changed(),
                        report.problems());
            }
        } catch (RuntimeException e) {
            if (stopping) {
                log.debug("reconciler stopped name={}", reconciler.name(), e);
            } else {
                log.error("reconciler failed; it runs again after its period name={}", reconciler.name(), e);
            }
        } finally {
            observer.ran(reconciler.name(), failed, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void tail() {
        long cursor = state.head();
        while (!stopping) {
            try {
                if (state.await(cursor + 1, TAIL_WAIT)) {
                    cursor = wakeFor(cursor);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (stopping) {
                    return;
                }
                log.error("cannot tail the log for reconcilers; they run by their period cursor={}", cursor, e);
                pause();
            }
        }
    }

    private long wakeFor(long cursor) {
        long last = cursor;
        for (StoredEvent event : state.events(cursor, 1000)) {
            last = event.eventId();
            // A new leader looks at everything at once; its reconcilers slept while it did not lead.
            boolean newLeader = event.type().equals("cluster.leader_changed");
            for (Slot slot : slots) {
                if (newLeader || slot.reconciler.wakesOn(event.type())) {
                    slot.wake();
                }
            }
        }
        return last;
    }

    private void pause() {
        try {
            stopped.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
