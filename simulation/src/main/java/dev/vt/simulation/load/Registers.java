package dev.vt.simulation.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Outcome;

/** Registers as apps: the value is the description, the version the revision (api.md A7, A10). */
final class Registers {
    private final Api api;
    private final String apps;

    Registers(Api api, String org) {
        this.api = api;
        this.apps = "/v1/orgs/" + org + "/apps/";
    }

    /** @param session events that the client has seen */
    Result read(int server, Call.Read read, long session) throws InterruptedException {
        return result(
                switch (read.consistency()) {
                    case LINEARIZABLE ->
                        api.send(server, "GET", apps + read.key(), null, "Vt-Consistency", "linearizable");
                    case SESSION ->
                        api.send(
                                server,
                                "GET",
                                apps + read.key(),
                                null,
                                "Vt-Consistency",
                                "session",
                                "Vt-Min-Event-Id",
                                Long.toString(session));
                });
    }

    Result compareAndSet(int server, Call.CompareAndSet set) throws InterruptedException {
        ObjectNode body = Json.object().put("description", set.value());
        return result(api.send(server, "PATCH", apps + set.key(), body, "If-Match", "\"" + set.expected() + "\""));
    }

    /** @param event the newest that the answer speaks of, or 0 */
    record Result(Outcome outcome, long event) {}

    private static Result result(Api.Answer answer) {
        if (answer instanceof Api.Answer.Heard heard && heard.ok()) {
            JsonNode app = heard.body().has("resource") ? heard.body().path("resource") : heard.body();
            Outcome seen = new Outcome.Seen(
                    app.required("resource_version").intValue(),
                    app.required("description").textValue());
            return new Result(seen, Events.newest(heard));
        }
        return new Result(Certainty.of(answer), 0);
    }
}
