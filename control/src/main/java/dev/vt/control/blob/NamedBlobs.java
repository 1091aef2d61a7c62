package dev.vt.control.blob;

import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What the log names: manifests and their blobs, unless the manifest was deleted before a moment and no release of a living app is
 * made of it. An app is deleted only when nothing of it runs, so instances are of living apps.
 */
final class NamedBlobs {
    private static final String RELEASED = """
            SELECT r.image_digest FROM releases r JOIN apps a ON a.id = r.app_id WHERE a.deleted_at IS NULL
            UNION SELECT d.value ->> 'digest' FROM releases r JOIN apps a ON a.id = r.app_id,
              jsonb_array_elements(r.resolved_digests::jsonb) d WHERE a.deleted_at IS NULL""";

    private static final String NAMED = """
            WITH released AS (%s),
            kept AS (SELECT repository_id, digest, size_bytes FROM repository_manifests m
              WHERE m.last_event_id > :after
                AND (m.deleted_at IS NULL OR m.deleted_at > :moment OR m.digest IN (SELECT * FROM released)))
            SELECT digest, size_bytes FROM kept
            UNION SELECT b.digest, b.size_bytes FROM kept k
              JOIN repository_blobs b ON b.repository_id = k.repository_id AND b.manifest_digest = k.digest""".formatted(RELEASED);

    private NamedBlobs() {}

    /**
     * @param after only of manifests that changed after this event; 0 for all
     * @param deletedSince also of manifests that were deleted after it
     */
    static List<BlobRef> of(Handle handle, long after, Instant deletedSince) {
        return handle.createQuery(NAMED)
                .bind("after", after)
                .bind("moment", deletedSince.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new BlobRef(OciDigest.parse(row.getString("digest")), row.getLong("size_bytes")))
                .list();
    }
}
