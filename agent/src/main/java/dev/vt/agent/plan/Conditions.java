package dev.vt.agent.plan;

import java.util.Map;
import java.util.TreeMap;

/** What is wrong with this node, by name; part of every heartbeat. Safe for any thread. */
public final class Conditions {
    private final Map<String, String> active = new TreeMap<>();

    public synchronized void set(String name, String detail) {
        active.put(name, detail);
    }

    public synchronized void clear(String name) {
        active.remove(name);
    }

    public synchronized Map<String, String> active() {
        return new TreeMap<>(active);
    }
}
