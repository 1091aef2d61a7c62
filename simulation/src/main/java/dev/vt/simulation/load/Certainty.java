package dev.vt.simulation.load;

import dev.vt.simulation.history.Outcome;
import java.util.Set;

/** Pure: what an answer without success says about the effect. */
final class Certainty {
    /** Of the codes with status 503 those that are said before anything was proposed (V10, S16, S17). */
    private static final Set<String> BEFORE_ANY_EFFECT =
            Set.of("no_leader", "stale_server", "read_wait_timeout", "installing");

    private Certainty() {}

    static Outcome of(Api.Answer answer) {
        return switch (answer) {
            case Api.Answer.NotSent(String why) -> new Outcome.Refused(why);
            case Api.Answer.Lost(String why) -> new Outcome.Unknown(why);
            case Api.Answer.Heard heard ->
                heard.status() / 100 == 4 || BEFORE_ANY_EFFECT.contains(heard.code())
                        ? new Outcome.Refused(heard.code())
                        : new Outcome.Unknown(heard.code());
        };
    }
}
