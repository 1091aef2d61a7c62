package dev.vt.runtime.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** When things happen in a simulated host. */
public interface SimTime {
    /** Runs a task once the delay is over; at once, on a thread of its own, if there is none. */
    void after(Duration delay, Runnable task);

    /** The machine's clock. */
    static SimTime real() {
        return (delay, task) -> Thread.ofVirtual().name("sim-timer").start(() -> {
            try {
                Thread.sleep(delay);
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** A clock that stands still until it is moved. Safe for any thread. */
    final class Manual implements SimTime {
        private final PriorityQueue<Timer> timers =
                new PriorityQueue<>(Comparator.comparing(Timer::due).thenComparingLong(Timer::order));
        private Duration now = Duration.ZERO;
        private long orders;

        private record Timer(Duration due, long order, Runnable task) {}

        @Override
        public void after(Duration delay, Runnable task) {
            if (delay.isZero()) {
                Thread.ofVirtual().name("sim-timer").start(task);
                return;
            }
            synchronized (this) {
                timers.add(new Timer(now.plus(delay), orders++, task));
            }
        }

        /** Moves the clock and runs what is due, in order of time, on the caller's thread. */
        public void advance(Duration by) {
            List<Runnable> due = new ArrayList<>();
            synchronized (this) {
                now = now.plus(by);
                while (!timers.isEmpty() && timers.peek().due().compareTo(now) <= 0) {
                    due.add(timers.remove().task());
                }
            }
            due.forEach(Runnable::run);
        }
    }
}
