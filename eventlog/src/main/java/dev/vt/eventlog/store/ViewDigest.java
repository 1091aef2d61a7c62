package dev.vt.eventlog.store;

import dev.vt.eventlog.Projection.ViewTable;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/** SHA-256 over the rows of a table in key order, each in RFC 8785 form with a newline (S19). */
final class ViewDigest {
    private static final int FETCH = 1000;

    private ViewDigest() {}

    static String of(Handle tx, String schema, ViewTable table) {
        MessageDigest digest = Digests.newSha256();
        try (ResultIterator<String> rows = tx.createQuery("SELECT row_to_json(t)::text FROM " + schema + "."
                        + table.name() + " AS t ORDER BY " + String.join(", ", table.keyColumns()))
                .setFetchSize(FETCH)
                .mapTo(String.class)
                .iterator()) {
            for (Iterator<String> it = rows; it.hasNext(); ) {
                digest.update(CanonicalJson.bytes(Json.parse(it.next())));
                digest.update("\n".getBytes(StandardCharsets.UTF_8));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
