package dev.vt.simulation.load;

/** Pure: which state an answer speaks of (state.md S16). */
final class Events {
    private Events() {}

    /** A mutation's own event, or the state that a read saw; 0 if the answer does not say. */
    static long newest(Api.Answer.Heard heard) {
        long written = heard.body().path("receipt").path("event_id").asLong(0);
        return heard.headers().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("Vt-Event-Id"))
                .mapToLong(header -> Long.parseLong(header.getValue().getFirst()))
                .reduce(written, Math::max);
    }
}
