package dev.vt.simulation.load;

import dev.vt.simulation.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Clients that go on until they are told to stop. */
public final class Workload implements AutoCloseable {
    /** A call is bounded by the client's time limit. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(90);

    private final List<Thread> threads = new ArrayList<>();
    private final List<Api> apis = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private volatile boolean stopped;

    private Workload() {}

    public static Workload start(int clients, long seed, Supplier<Api> api, Scene scene, Recorder recorder) {
        Workload workload = new Workload();
        for (int number = 1; number <= clients; number++) {
            Api own = api.get();
            workload.apis.add(own);
            Client client = new Client(number, seed, own, scene, recorder);
            workload.threads.add(Thread.ofVirtual().name("client-" + number).start(() -> workload.run(client)));
        }
        return workload;
    }

    private void run(Client client) {
        try {
            client.run(() -> !stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            synchronized (failures) {
                failures.add(e);
            }
        }
    }

    /**
     * Lets each call end.
     *
     * @throws LoadException if a client failed, or does not end
     */
    public void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            if (!thread.join(STOP_WITHIN)) {
                throw new LoadException(thread.getName() + " does not stop");
            }
        }
        synchronized (failures) {
            if (!failures.isEmpty()) {
                LoadException failed = new LoadException("a client failed");
                failures.forEach(failed::addSuppressed);
                throw failed;
            }
        }
    }

    /** One more client reads every register at every server; for the end, when all is calm. */
    public static void lastReads(Api api, Scene scene, Recorder recorder) throws InterruptedException {
        Client last = new Client(0, 0, api, scene, recorder);
        for (int server = 1; server <= api.servers(); server++) {
            last.readAll(server);
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.forEach(Thread::interrupt);
        apis.forEach(Api::close);
    }
}
