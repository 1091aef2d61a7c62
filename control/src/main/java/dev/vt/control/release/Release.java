package dev.vt.control.release;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import dev.vt.manifest.Manifest;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A release as the view shows it. */
public record Release(
        AggregateRow row,
        int number,
        String imageRef,
        ReleaseImage image,
        String manifestSchemaVersion,
        String manifestHash,
        Manifest manifest) {
    public static Release of(ResultSet row) throws SQLException {
        return new Release(
                AggregateRow.of(row),
                row.getInt("number"),
                row.getString("image_ref"),
                new ReleaseImage(
                        row.getString("image_digest"),
                        ReleaseEventCodec.platforms(Json.parse(row.getString("resolved_digests"))),
                        Json.parse(row.getString("image_config"))),
                row.getString("manifest_schema_version"),
                row.getString("manifest_hash"),
                Manifest.ofNormalized(Json.parse(row.getString("manifest"))));
    }

    public String id() {
        return row.id();
    }

    public static AggregateKey key(String id) {
        return new AggregateKey("release", id);
    }

    /** Without the manifest and the image configuration, as in lists. */
    static ObjectNode summary(ResultSet row) throws SQLException {
        ObjectNode out = AggregateRow.of(row).json();
        out.put("number", row.getInt("number"))
                .put("image_ref", row.getString("image_ref"))
                .put("image_digest", row.getString("image_digest"));
        out.set("resolved_digests", Json.parse(row.getString("resolved_digests")));
        return out.put("manifest_schema_version", row.getString("manifest_schema_version"))
                .put("manifest_hash", row.getString("manifest_hash"));
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.put("number", number).put("image_ref", imageRef).put("image_digest", image.digest());
        out.set("resolved_digests", ReleaseEventCodec.digests(image.platforms()));
        out.set("image_config", image.config());
        out.put("manifest_schema_version", manifestSchemaVersion).put("manifest_hash", manifestHash);
        out.set("manifest", manifest.normalized());
        return out;
    }
}
