package dev.vt.control.device;

import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** The side records {@code device_grant}: a grant under the hash of its device code, found by the hash of its user code. */
final class DeviceGrants {
    static final Duration LIFE = Duration.ofMinutes(10);
    private static final String KIND = "device_grant";
    /** Without vowels, so that no words appear, and without what looks like a digit. */
    private static final String ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

    /** A grant and where it is kept. */
    record Kept(String key, int version, DeviceGrant grant) {}

    private final StateReader state;
    private final SecureRandom random;

    DeviceGrants(StateReader state, SecureRandom random) {
        this.state = state;
        this.random = random;
    }

    String newUserCode() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            out.append(i == 4 ? "-" : "").append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return out.toString();
    }

    /** As people type it: any case, with or without the dash. */
    static String normal(String userCode) {
        String letters = userCode.toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "");
        return letters.length() == 8 ? letters.substring(0, 4) + "-" + letters.substring(4) : letters;
    }

    void keep(Draft draft, String deviceCode, DeviceGrant grant) {
        Instant end = Instant.parse(grant.expiresAt());
        String key = TokenSecrets.hash(deviceCode);
        draft.race(new Precondition.Side(KIND, pointer(grant.userCode()), 0))
                .side(new SideOperation.Put(KIND, key, Json.bytes(grant), end))
                .side(new SideOperation.Put(
                        KIND,
                        pointer(grant.userCode()),
                        Json.bytes(Json.object().put("key", key)),
                        end));
    }

    Optional<Kept> byDeviceCode(String deviceCode) {
        return TokenSecrets.isWellFormed(deviceCode) ? byKey(TokenSecrets.hash(deviceCode)) : Optional.empty();
    }

    Optional<Kept> byUserCode(String userCode) {
        return state.side(KIND, pointer(normal(userCode)))
                .flatMap(
                        record -> byKey(Json.parse(record.content()).path("key").asText()));
    }

    private Optional<Kept> byKey(String key) {
        return state.side(KIND, key)
                .map((SideRecord record) ->
                        new Kept(key, record.version(), Json.read(record.content(), DeviceGrant.class)));
    }

    static void replace(Draft draft, Kept kept, DeviceGrant grant) {
        draft.require(new Precondition.Side(KIND, kept.key(), kept.version()))
                .side(new SideOperation.Put(KIND, kept.key(), Json.bytes(grant), Instant.parse(grant.expiresAt())));
    }

    /** Used up: it gives tokens once. */
    static void remove(Draft draft, Kept kept) {
        draft.require(new Precondition.Side(KIND, kept.key(), kept.version()))
                .side(new SideOperation.Delete(KIND, kept.key()))
                .side(new SideOperation.Delete(KIND, pointer(kept.grant().userCode())));
    }

    private static String pointer(String userCode) {
        return "user:" + Digests.sha256Hex(userCode.getBytes(StandardCharsets.UTF_8));
    }
}
