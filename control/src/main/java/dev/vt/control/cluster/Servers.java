package dev.vt.control.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What other nouns may know of servers, and how they change. Thread-safe. */
public final class Servers {
    /**
     * @param voter as the group was when the controller last wrote it down
     * @param eligible whether it may have a vote, if there are not enough (V4)
     * @param condition code of what is wrong with it; empty if nothing is
     * @param addresses empty for a server that joined without them, in direct mode
     */
    public record Server(
            String id,
            int version,
            String name,
            boolean voter,
            boolean eligible,
            String state,
            String condition,
            Optional<ServerAddresses> addresses) {}

    private final StateReader state;

    public Servers(StateReader state) {
        this.state = state;
    }

    /** Those that have not left, by id. */
    public List<Server> live() {
        return state.read(handle -> handle.createQuery(
                        "SELECT id, resource_version, name, member, voter_eligible, state,"
                                + " reason_code, addresses"
                                + " FROM servers WHERE deleted_at IS NULL ORDER BY id")
                .map((row, context) -> new Server(
                        row.getString("id"),
                        row.getInt("resource_version"),
                        row.getString("name"),
                        row.getString("member").equals("voter"),
                        row.getBoolean("voter_eligible"),
                        row.getString("state"),
                        row.getString("reason_code"),
                        addresses(row.getString("addresses"))))
                .list());
    }

    public Optional<Server> find(String id) {
        return live().stream().filter(server -> server.id().equals(id)).findFirst();
    }

    /** Those that left or were removed, with the reason of their {@code server.left}. */
    Map<String, String> gone() {
        return state.read(handle -> handle
                .createQuery("SELECT id, state FROM servers WHERE deleted_at IS NOT NULL ORDER BY id")
                .map((row, context) -> Map.entry(row.getString("id"), row.getString("state")))
                .list()
                .stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private static Optional<ServerAddresses> addresses(String json) {
        List<String> all = new ArrayList<>();
        for (JsonNode address : Json.parse(json)) {
            all.add(address.asText());
        }
        return ServerAddresses.parse(all);
    }

    static AggregateKey key(String id) {
        return new AggregateKey("server", id);
    }

    /** Puts a new server into the draft; the caller consumes the token in the same draft. */
    public static void enroll(Draft draft, String id, String name, List<String> addresses, String version) {
        draft.expect(key(id), 0)
                .require(
                        new Precondition.Claim("server_name", name, key(id)),
                        ErrorCode.NAME_TAKEN,
                        "another server has this name")
                .append(joined(id, name, addresses, version));
    }

    static NewEvent joined(String id, String name, List<String> addresses, String version) {
        ObjectNode payload = Json.object().put("name", name);
        addresses.forEach(payload.putArray("addresses")::add);
        payload.put("version", version);
        return new NewEvent(key(id), "server.joined", Owner.NONE, payload);
    }

    /** @param reason {@code left}, {@code removed} or {@code failed} */
    static NewEvent left(String id, String reason) {
        return new NewEvent(key(id), "server.left", Owner.NONE, Json.object().put("reason", reason));
    }

    static NewEvent eligibility(String id, boolean eligible) {
        return new NewEvent(
                key(id), "server.eligibility_changed", Owner.NONE, Json.object().put("voter_eligible", eligible));
    }

    /** Writes down what the group has become. */
    static void changed(Draft draft, Server server, String type, ObjectNode payload) {
        draft.expect(key(server.id()), server.version())
                .append(new NewEvent(key(server.id()), type, Owner.NONE, payload));
    }
}
