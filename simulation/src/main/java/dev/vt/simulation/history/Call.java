package dev.vt.simulation.history;

/** What a client asked for. */
public sealed interface Call {
    /** What it is about; calls with different keys do not touch each other. */
    String key();

    /** Of a register. */
    record Read(String key, Consistency consistency) implements Call {}

    /**
     * Of a register: {@code value} if its version is {@code expected}, which then is one higher.
     *
     * @param value given to no other call, so that who wrote what was read is known
     */
    record CompareAndSet(String key, int expected, String value) implements Call {}

    /** Of a set; all calls with one key are the same addition, repeated. */
    record Add(String key) implements Call {}

    /** What was promised to a read (cluster.md V11). */
    enum Consistency {
        LINEARIZABLE,
        SESSION
    }
}
