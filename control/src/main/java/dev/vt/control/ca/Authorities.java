package dev.vt.control.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.key.Sealing;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Json;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Keeps the cluster's authority as a side record: its key sealed by the master key, its certificate in clear. */
public final class Authorities {
    private static final String KIND = "wrapped_key";
    private static final String KEY = "ca";

    public static final SealedRecords RECORDS = new SealedRecords(
            KIND,
            KEY,
            "wrapped",
            (key, record) -> key.equals(KEY)
                    ? Optional.of(context(record.path("certificate").asText()))
                    : Optional.empty());

    private Authorities() {}

    /** Whether the first leader has made it, as far as this server's views go. */
    public static boolean exists(StateReader state) {
        return state.side(KIND, KEY).isPresent();
    }

    /**
     * The cluster's authority; the first leader makes it. Of two servers that try at once one wins, and both get the same.
     *
     * @throws CertificateAuthorityException if there is none and this server may not append, or if it does not open
     */
    public static CertificateAuthority openOrCreate(
            StateReader state, SystemMutations mutations, KeyWrapper keys, Clock clock) {
        Optional<SideRecord> existing = state.side(KIND, KEY);
        if (existing.isEmpty()) {
            CertificateAuthority made = CertificateAuthority.create(clock);
            SystemMutations.Outcome outcome = mutations.asSystem("ca", draft -> {
                if (state.side(KIND, KEY).isEmpty()) {
                    draft.require(new Precondition.Side(KIND, KEY, 0))
                            .side(new SideOperation.Put(KIND, KEY, seal(made, keys), null));
                }
            });
            if (outcome instanceof SystemMutations.Outcome.Refused(var problem)) {
                throw new CertificateAuthorityException(
                        "cannot keep a new certificate authority: "
                                + problem.code().code(),
                        null);
            }
            existing = state.side(KIND, KEY);
        }
        return existing.map(record -> open(record.content(), keys, clock))
                .orElseThrow(() -> new CertificateAuthorityException("the certificate authority is not there", null));
    }

    private static byte[] seal(CertificateAuthority authority, KeyWrapper keys) {
        byte[] key = authority.encodedKey();
        try {
            ObjectNode record = Json.object()
                    .put("certificate", authority.pem())
                    .put("master_key_id", keys.primaryKeyId())
                    .put("wrapped", Base64.getEncoder().encodeToString(keys.wrap(key, context(authority.pem()))));
            return Json.bytes(record);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static CertificateAuthority open(byte[] content, KeyWrapper keys, Clock clock) {
        JsonNode record = Json.parse(content);
        String pem = record.path("certificate").asText();
        byte[] key = keys.unwrap(
                record.path("master_key_id").asText(),
                Base64.getDecoder().decode(record.path("wrapped").asText()),
                context(pem));
        try {
            return CertificateAuthority.restore(key, pem, clock);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte[] context(String pem) {
        return Sealing.context("vt", "wrapped_key", KEY, pem);
    }
}
