package dev.vt.control.scale;

import dev.vt.control.env.Env;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.NewEvent;
import java.util.SortedMap;
import java.util.TreeMap;

/** What other nouns may know of scales. Thread-safe. */
public final class Scales {
    private final StateReader state;

    public Scales(StateReader state) {
        this.state = state;
    }

    /** The stored scales of an environment by process type; a process type without one has {@code scaling.min}. */
    public SortedMap<String, Integer> of(String envId) {
        SortedMap<String, Integer> out = new TreeMap<>();
        state.read(handle -> {
            handle.createQuery("SELECT process_type, desired FROM env_scale WHERE env_id = :env")
                    .bind("env", envId)
                    .map((row, context) -> out.put(row.getString("process_type"), row.getInt("desired")))
                    .list();
            return out;
        });
        return out;
    }

    /** What a deploy appends when its manifest no longer allows some stored scales (M5). */
    public NewEvent clamped(Env env, SortedMap<String, Integer> allowed) {
        ScaleEvent event = new ScaleEvent.ScaleSet(allowed, "manifest");
        return new NewEvent(env.key(), ScaleEventCodec.type(event), env.owner(), ScaleEventCodec.payload(event));
    }
}
