package dev.vt.control.principal;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.control.auth.Credentials;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.session.Passwords;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads principals and keeps the hashes of their secrets. Thread-safe. */
public final class Principals {
    /** @param until RFC 3339; null while it is the current one */
    @JsonNaming(SnakeCaseStrategy.class)
    record Secret(
            String credentialId, String hash, @Nullable String until) {}

    @JsonNaming(SnakeCaseStrategy.class)
    private record Client(String kind, String principalId, List<Secret> secrets) {}

    private final StateReader state;

    public Principals(StateReader state) {
        this.state = state;
    }

    /** Also one that was deleted. */
    Optional<Principal> find(OrgScope org, String id) {
        return state.read(
                handle -> handle.createQuery("SELECT * FROM service_principals WHERE org_id = :org AND id = :id")
                        .bind("org", org.orgId())
                        .bind("id", id)
                        .map((row, context) -> Principal.of(row))
                        .findOne());
    }

    Optional<Principal> byClientId(String clientId) {
        return state.read(handle -> handle.createQuery(
                        "SELECT * FROM service_principals WHERE client_id = :client AND deleted_at IS NULL")
                .bind("client", clientId)
                .map((row, context) -> Principal.of(row))
                .findOne());
    }

    /** Whether one of the client's secrets that work now is this one; unknown clients take the same time. */
    boolean authenticate(Passwords passwords, String clientId, String secret, Instant now) {
        List<Secret> working = client(clientId).stream()
                .flatMap(found -> found.secrets().stream())
                .filter(kept -> kept.until() == null || now.isBefore(Instant.parse(kept.until())))
                .toList();
        if (working.isEmpty()) {
            return passwords.matchesHash(secret, Optional.empty());
        }
        return working.stream().anyMatch(kept -> passwords.matchesHash(secret, Optional.of(kept.hash())));
    }

    private Optional<Client> client(String clientId) {
        return state.side(Credentials.KIND, record(clientId)).map(found -> Json.read(found.content(), Client.class));
    }

    /** @param overlapUntil when the secret before stops working, or null for at once */
    void keepSecret(
            Draft draft,
            String principalId,
            String clientId,
            String credentialId,
            String hash,
            @Nullable Instant overlapUntil) {
        Optional<SideRecord> old = state.side(Credentials.KIND, record(clientId));
        List<Secret> secrets = new ArrayList<>();
        secrets.add(new Secret(credentialId, hash, null));
        if (overlapUntil != null) {
            client(clientId).stream()
                    .flatMap(found -> found.secrets().stream())
                    .filter(kept -> kept.until() == null)
                    .forEach(
                            kept -> secrets.add(new Secret(kept.credentialId(), kept.hash(), overlapUntil.toString())));
        }
        draft.require(new Precondition.Side(
                        Credentials.KIND,
                        record(clientId),
                        old.map(SideRecord::version).orElse(0)))
                .side(new SideOperation.Put(
                        Credentials.KIND,
                        record(clientId),
                        Json.bytes(new Client("client", principalId, secrets)),
                        null));
    }

    static void forgetSecrets(Draft draft, String clientId) {
        draft.side(new SideOperation.Delete(Credentials.KIND, record(clientId)));
    }

    static NewEvent encode(String orgId, String id, PrincipalEvent event) {
        return new NewEvent(
                Principal.key(id),
                PrincipalEventCodec.type(event),
                Owner.org(orgId),
                PrincipalEventCodec.payload(event));
    }

    private static String record(String clientId) {
        return "client:" + clientId;
    }
}
