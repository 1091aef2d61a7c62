package dev.vt.bench;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.ViewWrites;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.store.EventStore;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Appends per second and their latency in direct mode, on an embedded PostgreSQL that syncs to disk, and how fast views are
 * rebuilt (state.md §13). Clients are virtual threads that append one batch after the other.
 *
 * <p>Arguments: seconds per round (default 10), directory for the database (default: the temporary one).
 */
public final class AppendBench {
    private static final int EVENTS_TO_REBUILD = 100_000;
    private static final IdSource IDS = Ids.uuidV7(Clock.systemUTC(), new SecureRandom());
    static final EventSchemas SCHEMAS =
            EventSchemas.builder().document(Json.parse("""
                    {"instance.allocated@1": {"type": "object", "required": ["process_type", "node_id"], "properties": {
                        "process_type": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
                        "node_id": {"type": "string"}, "driver": {"enum": ["qemu", "firecracker"]},
                        "group_spec_hash": {"type": "string"}, "overlay_ipv6": {"type": "string"},
                        "resources": {"type": "object", "properties": {"cpu_millis": {"type": "integer", "minimum": 1},
                            "memory_bytes": {"type": "integer", "minimum": 1}}}}}}""")).build();

    private AppendBench() {}

    record Round(int clients, int batch, double appends, double events, long p50, long p95, long p99) {}

    public static void main(String[] args) throws Exception {
        Duration round = Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 10);
        Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
        Path home = Files.createTempDirectory(parent, "vt-append-bench-");
        PrintStream out = System.out;
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.start(new EmbeddedPostgres.Config(home, home, true, true, 50))) {
            out.println("cores " + Runtime.getRuntime().availableProcessors() + ", load before " + load());
            for (boolean withView : new boolean[] {false, true}) {
                ProjectionSet views = withView ? ProjectionSet.core(new Instances()) : ProjectionSet.EMPTY;
                try (EventStore store = EventStore.open(
                        postgres.database(withView ? "with_view" : "log_only"),
                        views,
                        SCHEMAS,
                        EventStore.Config.DEFAULT)) {
                    rounds(store, round, withView, out);
                    if (withView) {
                        rebuild(store, out);
                    }
                }
            }
        } finally {
            delete(home);
        }
    }

    private static void rounds(EventStore store, Duration length, boolean withView, PrintStream out)
            throws InterruptedException {
        out.println(withView ? "one core view, one insert per event" : "log only");
        out.println(" clients  batch  appends/s   events/s   p50 ms   p95 ms   p99 ms   load");
        run(store, 16, 50, Duration.ofSeconds(3));
        for (int batch : new int[] {1, 50}) {
            for (int clients : new int[] {1, 16, 256}) {
                Round result = run(store, clients, batch, length);
                out.printf(
                        "%8d %6d %10.0f %10.0f %8.2f %8.2f %8.2f   %s%n",
                        result.clients(),
                        result.batch(),
                        result.appends(),
                        result.events(),
                        result.p50() / 1e6,
                        result.p95() / 1e6,
                        result.p99() / 1e6,
                        load());
            }
        }
    }

    static Round run(EventStore store, int clients, int batch, Duration length) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + length.toNanos();
        List<Future<List<Long>>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> client(store, batch, end)));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long[] latencies = running.stream()
                .flatMap(future -> future.resultNow().stream())
                .mapToLong(Long::longValue)
                .toArray();
        Arrays.sort(latencies);
        return new Round(
                clients,
                batch,
                latencies.length / seconds,
                latencies.length * (double) batch / seconds,
                percentile(latencies, 50),
                percentile(latencies, 95),
                percentile(latencies, 99));
    }

    private static List<Long> client(EventStore store, int size, long end) {
        List<Long> latencies = new ArrayList<>();
        while (System.nanoTime() < end) {
            Batch batch = batch(size);
            long before = System.nanoTime();
            AppendResult result = store.log().append(batch);
            latencies.add(System.nanoTime() - before);
            if (!(result instanceof AppendResult.Applied)) {
                throw new IllegalStateException("not applied: " + result);
            }
        }
        return latencies;
    }

    static Batch batch(int size) {
        List<Precondition> preconditions = new ArrayList<>(size);
        List<NewEvent> events = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            AggregateKey instance = new AggregateKey("instance", IDS.next("inst"));
            preconditions.add(new Precondition.Seq(instance, 0));
            var payload = Json.object()
                    .put("process_type", "web")
                    .put("node_id", "node_01k9z5c0000000000000000000")
                    .put("driver", "qemu")
                    .put("group_spec_hash", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
                    .put("overlay_ipv6", "fd00:1:2:3::4");
            payload.putObject("resources").put("cpu_millis", 500).put("memory_bytes", 268435456);
            events.add(new NewEvent(
                    instance,
                    "instance.allocated",
                    new Owner(
                            "org_01k9z5c0000000000000000000",
                            "prj_01k9z5c0000000000000000000",
                            "app_01k9z5c0000000000000000000",
                            "env_01k9z5c0000000000000000000"),
                    payload));
        }
        return new Batch(
                IDS.next("bat"),
                Clock.systemUTC().instant(),
                Actor.system("bench"),
                IDS.next("req"),
                null,
                preconditions,
                events,
                List.of());
    }

    private static void rebuild(EventStore store, PrintStream out) throws InterruptedException {
        while (store.events().head() < EVENTS_TO_REBUILD) {
            run(store, 16, 50, Duration.ofSeconds(1));
        }
        long events = store.events().head();
        long start = System.nanoTime();
        store.rebuild("bench_instances");
        double rebuilt = (System.nanoTime() - start) / 1e9;
        start = System.nanoTime();
        Verification verification = store.verify();
        double verified = (System.nanoTime() - start) / 1e9;
        out.printf(
                "%d events: rebuild %.0f events/s, verify %.0f events/s (%s), load %s%n",
                events, events / rebuilt, events / verified, verification.ok() ? "equal" : "DIFFERENT", load());
    }

    static long percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * (long) percent / 100)];
    }

    static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException e) {
            return "unknown";
        }
    }

    static void delete(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> walk = Files.walk(root)) {
            deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }

    /** A view as features write them: one statement per event. */
    static final class Instances implements Projection {
        @Override
        public String name() {
            return "bench_instances";
        }

        @Override
        public int codeVersion() {
            return 1;
        }

        @Override
        public List<String> ddl() {
            return List.of("CREATE TABLE bench_instances (id text COLLATE \"C\" PRIMARY KEY, org_id text, node_id text,"
                    + " memory_bytes bigint, resource_version int, created_at timestamptz, last_event_id bigint)");
        }

        @Override
        public List<ViewTable> tables() {
            return List.of(new ViewTable("bench_instances", List.of("id")));
        }

        @Override
        public boolean handles(String eventType) {
            return eventType.equals("instance.allocated");
        }

        @Override
        public void apply(StoredEvent event, Handle tx) {
            ViewWrites.of(tx)
                    .add(
                            "INSERT INTO bench_instances VALUES (?, ?, ?, ?, ?, ?, ?)",
                            event.aggregate().id(),
                            event.owner().orgId(),
                            event.payload().path("node_id").textValue(),
                            event.payload()
                                    .path("resources")
                                    .path("memory_bytes")
                                    .longValue(),
                            event.aggregateSeq(),
                            event.occurredAt(),
                            event.eventId());
        }
    }
}
