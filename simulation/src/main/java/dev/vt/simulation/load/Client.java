package dev.vt.simulation.load;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Call.Consistency;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import dev.vt.simulation.history.Recorder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** One client: one call after the other, each at any server. Runs on its own thread. */
final class Client {
    private static final int MAX_PAUSE_MILLIS = 60;
    /** After an outcome that is unknown, as the server's hint says; bounded, so that some stay unknown. */
    private static final int REPEATS = 3;

    private final int number;
    private final Random random;
    private final Api api;
    private final Registers registers;
    private final Additions additions;
    private final List<String> keys;
    private final Recorder recorder;
    private final Map<String, Integer> versions = new HashMap<>();
    private long session;
    private int made;

    Client(int number, long seed, Api api, Scene scene, Recorder recorder) {
        this.number = number;
        this.random = new Random(seed + number);
        this.api = api;
        this.registers = new Registers(api, scene.org());
        this.additions = new Additions(api);
        this.keys = scene.registers();
        this.session = scene.event();
        this.recorder = recorder;
    }

    void run(BooleanSupplier goOn) throws InterruptedException {
        while (goOn.getAsBoolean()) {
            int dice = random.nextInt(100);
            String key = keys.get(random.nextInt(keys.size()));
            if (dice < 35) {
                compareAndSet(key);
            } else if (dice < 60) {
                read(new Call.Read(key, Consistency.LINEARIZABLE));
            } else if (dice < 80) {
                read(new Call.Read(key, Consistency.SESSION));
            } else {
                add();
            }
            Thread.sleep(random.nextInt(MAX_PAUSE_MILLIS));
        }
    }

    private int anyServer() {
        return 1 + random.nextInt(api.servers());
    }

    void readAll(int server) throws InterruptedException {
        for (String key : keys) {
            read(server, new Call.Read(key, Consistency.LINEARIZABLE));
        }
    }

    private void read(Call.Read read) throws InterruptedException {
        read(anyServer(), read);
    }

    private void read(int server, Call.Read read) throws InterruptedException {
        long invoked = recorder.now();
        ended(server, read, invoked, registers.read(server, read, session));
    }

    private void compareAndSet(String key) throws InterruptedException {
        int server = anyServer();
        Call.CompareAndSet set = new Call.CompareAndSet(key, versions.getOrDefault(key, 1), unique("value-"));
        long invoked = recorder.now();
        Registers.Result result = registers.compareAndSet(server, set);
        ended(server, set, invoked, result);
        if (!(result.outcome() instanceof Outcome.Seen)) {
            // Somebody else was faster, or nobody knows: look before the next attempt.
            read(new Call.Read(key, Consistency.LINEARIZABLE));
        }
    }

    private void ended(int server, Call call, long invoked, Registers.Result result) {
        record(server, call, invoked, result.outcome());
        session = Math.max(session, result.event());
        if (result.outcome() instanceof Outcome.Seen seen) {
            versions.put(call.key(), seen.version());
        }
    }

    /** Now and then an addition that is known to be done is repeated at another server, too. */
    private void add() throws InterruptedException {
        Call.Add add = new Call.Add(unique(Additions.PREFIX));
        for (int tries = 0; tries <= REPEATS; tries++) {
            int server = anyServer();
            long invoked = recorder.now();
            Outcome outcome = additions.add(server, add);
            record(server, add, invoked, outcome);
            boolean certain = !(outcome instanceof Outcome.Unknown);
            if (certain && random.nextInt(3) > 0) {
                return;
            }
        }
    }

    private void record(int server, Call call, long invoked, Outcome outcome) {
        recorder.add(new Operation(number, server, call, invoked, recorder.now(), outcome));
    }

    private String unique(String prefix) {
        made++;
        return prefix + number + "-" + made;
    }
}
