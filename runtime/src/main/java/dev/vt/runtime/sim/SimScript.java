package dev.vt.runtime.sim;

import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmDriverException.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What goes wrong in a simulated host: maps (call, how many times it was made, id pattern) to a latency or an error, and VM ids
 * to how their guests behave. Safe for any thread; rules may be added while VMs run.
 */
public final class SimScript {
    private final CopyOnWriteArrayList<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private volatile Function<String, GuestScript> guests = id -> GuestScript.healthy();

    /**
     * @param call name of a {@link dev.vt.runtime.VmDriver} method
     * @param nth 1 for the first such call of a VM; 0 for each
     */
    private record Rule(String call, int nth, Pattern id, Duration latency, Optional<VmDriverException> error) {}

    /** The call takes so long. */
    public SimScript slow(String call, int nth, String idPattern, Duration latency) {
        rules.add(new Rule(call, nth, Pattern.compile(idPattern), latency, Optional.empty()));
        return this;
    }

    /** The call fails, once its latency is over. */
    public SimScript fail(String call, int nth, String idPattern, Kind kind, String detail) {
        VmDriverException error = new VmDriverException(kind, detail, "scripted failure of " + call, null);
        rules.add(new Rule(call, nth, Pattern.compile(idPattern), Duration.ZERO, Optional.of(error)));
        return this;
    }

    /** How guests behave, by VM id; asked at each boot. */
    public SimScript guests(Function<String, GuestScript> behaviour) {
        guests = behaviour;
        return this;
    }

    GuestScript guest(String vmId) {
        return guests.apply(vmId);
    }

    /** Counts the call, waits, throws. */
    void play(String call, String vmId) {
        int count;
        synchronized (calls) {
            count = calls.merge(call + " " + vmId, 1, Integer::sum);
        }
        for (Rule rule : rules) {
            if (rule.call().equals(call)
                    && (rule.nth() == 0 || rule.nth() == count)
                    && rule.id().matcher(vmId).matches()) {
                sleep(rule.latency());
                if (rule.error().isPresent()) {
                    throw rule.error().get();
                }
            }
        }
    }

    /** How many times a call was made for a VM. */
    public int count(String call, String vmId) {
        synchronized (calls) {
            return calls.getOrDefault(call + " " + vmId, 0);
        }
    }

    private static void sleep(Duration latency) {
        if (latency.isZero()) {
            return;
        }
        try {
            Thread.sleep(latency);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmDriverException(Kind.TRANSIENT, "api", "interrupted", e);
        }
    }
}
