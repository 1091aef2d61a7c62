package dev.vt.simulation.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.simulation.check.SetCheck;
import dev.vt.simulation.history.Call;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayList;
import java.util.List;

/** The set as personal tokens; the key of an addition is the token's name and the idempotency key (A8). */
public final class Additions {
    private static final String TOKENS = "/v1/auth/tokens";
    /** What the harness makes for itself has other names. */
    static final String PREFIX = "element-";

    private final Api api;

    public Additions(Api api) {
        this.api = api;
    }

    Outcome add(int server, Call.Add add) throws InterruptedException {
        ObjectNode body = Json.object().put("name", add.key());
        body.putArray("scopes").add("orgs:read");
        Api.Answer answer = api.send(server, "POST", TOKENS, body, "Idempotency-Key", add.key());
        if (answer instanceof Api.Answer.Heard heard && heard.ok()) {
            return new Outcome.Added(
                    heard.body().path("receipt").path("ids").path("token").asText());
        }
        return Certainty.of(answer);
    }

    /** All that a server has. */
    public List<SetCheck.Element> all(int server) throws InterruptedException {
        List<SetCheck.Element> out = new ArrayList<>();
        String cursor = "";
        while (true) {
            String path = TOKENS + "?limit=200" + (cursor.isEmpty() ? "" : "&cursor=" + cursor);
            Api.Answer answer = api.send(server, "GET", path, null);
            if (!(answer instanceof Api.Answer.Heard heard && heard.ok())) {
                throw new LoadException("server " + server + " does not list tokens: " + answer);
            }
            for (JsonNode token : heard.body().required("items")) {
                String name = token.required("name").textValue();
                if (name.startsWith(PREFIX)) {
                    out.add(new SetCheck.Element(name, token.required("id").textValue()));
                }
            }
            cursor = heard.body().path("next_cursor").asText("");
            if (heard.body().path("next_cursor").isNull() || cursor.isEmpty()) {
                return out;
            }
        }
    }
}
