package dev.vt.simulation.check;

import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Call.Consistency;
import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;

/** Short histories for tests: times are small numbers, the register is {@code r}. */
final class Ops {
    private Ops() {}

    static Operation read(int client, long from, long to, int version, String value) {
        return new Operation(
                client, 1, new Call.Read("r", Consistency.LINEARIZABLE), from, to, new Outcome.Seen(version, value));
    }

    static Operation sessionRead(int client, long from, long to, int version, String value) {
        return new Operation(
                client, 1, new Call.Read("r", Consistency.SESSION), from, to, new Outcome.Seen(version, value));
    }

    static Operation wrote(int client, long from, long to, int expected, String value) {
        return set(client, from, to, expected, value, new Outcome.Seen(expected + 1, value));
    }

    static Operation maybe(int client, long from, long to, int expected, String value) {
        return set(client, from, to, expected, value, new Outcome.Unknown("timeout"));
    }

    static Operation refused(int client, long from, long to, int expected, String value) {
        return set(client, from, to, expected, value, new Outcome.Refused("version_conflict"));
    }

    private static Operation set(int client, long from, long to, int expected, String value, Outcome outcome) {
        return new Operation(client, 1, new Call.CompareAndSet("r", expected, value), from, to, outcome);
    }

    static Operation add(long from, String key, Outcome outcome) {
        return new Operation(1, 1, new Call.Add(key), from, from + 1, outcome);
    }
}
