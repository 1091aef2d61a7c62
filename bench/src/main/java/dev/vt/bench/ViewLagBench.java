package dev.vt.bench;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.store.EventStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long after the answer to an append a derived view has its event (state.md §13): at a steady rate, and as fast as 16 clients
 * can append. Direct mode, on an embedded PostgreSQL that syncs to disk.
 *
 * <p>Arguments: seconds per round (default 10), directory for the database (default: the temporary one).
 */
public final class ViewLagBench {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private ViewLagBench() {}

    public static void main(String[] args) throws Exception {
        Duration round = Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 10);
        Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
        Path home = Files.createTempDirectory(parent, "vt-lag-bench-");
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.start(new EmbeddedPostgres.Config(home, home, true, true, 50));
                EventStore store = EventStore.open(
                        postgres.database("lag"),
                        new ProjectionSet(List.of(), List.of(new AppendBench.Instances())),
                        AppendBench.SCHEMAS,
                        EventStore.Config.DEFAULT)) {
            run(store, 16, 0, Duration.ofSeconds(5));
            System.out.println(" appends/s (wanted)   p50 ms   p95 ms   p99 ms   load");
            for (int rate : new int[] {100, 1000, 0}) {
                long start = System.nanoTime();
                long[] lags = run(store, 16, rate, round);
                System.out.printf(
                        "%10.0f %8s %8.2f %8.2f %8.2f   %s%n",
                        lags.length / ((System.nanoTime() - start) / 1e9),
                        rate == 0 ? "(most)" : "(" + rate + ")",
                        AppendBench.percentile(lags, 50) / 1e6,
                        AppendBench.percentile(lags, 95) / 1e6,
                        AppendBench.percentile(lags, 99) / 1e6,
                        AppendBench.load());
            }
        } finally {
            AppendBench.delete(home);
        }
    }

    /** @param rate of all clients together; 0 without a pause */
    private static long[] run(EventStore store, int clients, int rate, Duration length) {
        long end = System.nanoTime() + length.toNanos();
        List<Future<List<Long>>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                long period = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) * clients / rate;
                long first = period * i / clients;
                running.add(threads.submit(() -> client(store, period, first, end)));
            }
        }
        long[] lags = running.stream()
                .flatMap(future -> future.resultNow().stream())
                .mapToLong(Long::longValue)
                .toArray();
        Arrays.sort(lags);
        return lags;
    }

    private static List<Long> client(EventStore store, long period, long first, long end) throws InterruptedException {
        List<Long> lags = new ArrayList<>();
        long next = System.nanoTime() + first;
        while (System.nanoTime() < end) {
            long pause = period == 0 ? 0 : next - System.nanoTime();
            if (pause > 0) {
                LockSupport.parkNanos(pause);
            }
            next += period;
            if (!(store.log().append(AppendBench.batch(1)) instanceof AppendResult.Applied(long ignored, long last))) {
                throw new IllegalStateException("not applied");
            }
            long answered = System.nanoTime();
            if (!store.awaitDerived(last, LIMIT)) {
                throw new IllegalStateException("the view did not come to event " + last);
            }
            lags.add(System.nanoTime() - answered);
        }
        return lags;
    }
}
