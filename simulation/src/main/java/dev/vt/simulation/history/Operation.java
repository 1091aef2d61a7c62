package dev.vt.simulation.history;

/**
 * One call of one client.
 *
 * @param server that was asked
 * @param invoked just before it was sent, in nanoseconds since the run began
 * @param returned just after its outcome was known
 */
public record Operation(int client, int server, Call call, long invoked, long returned, Outcome outcome) {
    public Operation {
        if (returned < invoked) {
            throw new IllegalArgumentException("an answer before its question: " + call);
        }
    }

    public String key() {
        return call.key();
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "client %d at server %d, %d..%d us: %s -> %s"
                .formatted(client, server, invoked / 1000, returned / 1000, call, outcome);
    }
}
