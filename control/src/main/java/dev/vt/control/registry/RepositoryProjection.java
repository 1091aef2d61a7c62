package dev.vt.control.registry;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.images.registry.BlobRef;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * {@code repository.*} → the core views {@code repositories}, {@code repository_manifests}, {@code repository_blobs} and
 * {@code repository_tags}. A deleted manifest keeps its row and blobs: releases may go on naming it.
 */
final class RepositoryProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of("repositories", "path text COLLATE \"C\" NOT NULL")
            .indexedBy("path");

    private static final String MANIFESTS = """
            CREATE TABLE repository_manifests (
              repository_id text COLLATE "C" NOT NULL,
              digest text COLLATE "C" NOT NULL,
              org_id text COLLATE "C",
              media_type text COLLATE "C" NOT NULL,
              size_bytes bigint NOT NULL,
              created_at timestamptz NOT NULL,
              updated_at timestamptz NOT NULL,
              deleted_at timestamptz,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (repository_id, digest)
            )""";

    private static final String BLOBS = """
            CREATE TABLE repository_blobs (
              repository_id text COLLATE "C" NOT NULL,
              digest text COLLATE "C" NOT NULL,
              manifest_digest text COLLATE "C" NOT NULL,
              position integer NOT NULL,
              size_bytes bigint NOT NULL,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (repository_id, digest, manifest_digest)
            )""";

    private static final String TAGS = """
            CREATE TABLE repository_tags (
              repository_id text COLLATE "C" NOT NULL,
              tag text COLLATE "C" NOT NULL,
              org_id text COLLATE "C",
              digest text COLLATE "C" NOT NULL,
              updated_at timestamptz NOT NULL,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (repository_id, tag)
            )""";

    @Override
    public String name() {
        return "repositories";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of(
                TABLE.ddl().get(0),
                TABLE.ddl().get(1),
                MANIFESTS,
                BLOBS,
                "CREATE INDEX ON repository_blobs (repository_id, manifest_digest)",
                TAGS);
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(
                TABLE.view(),
                new ViewTable("repository_manifests", List.of("repository_id", "digest")),
                new ViewTable("repository_blobs", List.of("repository_id", "digest", "manifest_digest")),
                new ViewTable("repository_tags", List.of("repository_id", "tag")));
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith("repository.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (RepositoryEventCodec.parse(event.type(), event.payload())) {
            case RepositoryEvent.Created(var path) -> TABLE.insert(tx, event, Map.of("path", path));
            case RepositoryEvent.ManifestPushed(var manifest, var tag) -> {
                TABLE.update(tx, event, Map.of());
                pushed(event, tx, manifest, tag);
            }
            case RepositoryEvent.TagDeleted(var tag) -> {
                TABLE.update(tx, event, Map.of());
                ViewWrites.of(tx)
                        .add(
                                "DELETE FROM repository_tags WHERE repository_id = ? AND tag = ? AND last_event_id < ?",
                                event.aggregate().id(),
                                tag,
                                event.eventId());
            }
            case RepositoryEvent.ManifestDeleted(var digest) -> {
                TABLE.update(tx, event, Map.of());
                ViewWrites.of(tx)
                        .add(
                                "UPDATE repository_manifests SET deleted_at = ?, updated_at = ?, last_event_id = ?"
                                        + " WHERE repository_id = ? AND digest = ? AND last_event_id < ?",
                                event.occurredAt(),
                                event.occurredAt(),
                                event.eventId(),
                                event.aggregate().id(),
                                digest.toString(),
                                event.eventId());
                ViewWrites.of(tx)
                        .add(
                                "DELETE FROM repository_tags"
                                        + " WHERE repository_id = ? AND digest = ? AND last_event_id < ?",
                                event.aggregate().id(),
                                digest.toString(),
                                event.eventId());
            }
        }
    }

    private static void pushed(StoredEvent event, Handle tx, PushedManifest manifest, @Nullable String tag) {
        ViewWrites writes = ViewWrites.of(tx);
        String repository = event.aggregate().id();
        String digest = manifest.digest().toString();
        writes.update("""
                        INSERT INTO repository_manifests AS old (repository_id, digest, org_id, media_type, size_bytes,
                          created_at, updated_at, deleted_at, last_event_id)
                        VALUES (:repository, :digest, :org, :type, :size, :at, :at, NULL, :event)
                        ON CONFLICT (repository_id, digest) DO UPDATE SET media_type = :type, updated_at = :at,
                          deleted_at = NULL, last_event_id = :event
                        WHERE old.last_event_id < :event""")
                .bind("repository", repository)
                .bind("digest", digest)
                .bind("org", event.owner().orgId())
                .bind("type", manifest.mediaType())
                .bind("size", manifest.sizeBytes())
                .bind("at", event.occurredAt())
                .bind("event", event.eventId())
                .add();
        int position = 0;
        for (BlobRef blob : manifest.blobs()) {
            writes.add(
                    "INSERT INTO repository_blobs (repository_id, digest, manifest_digest, position, size_bytes,"
                            + " last_event_id) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    repository,
                    blob.digest().toString(),
                    digest,
                    position++,
                    blob.size(),
                    event.eventId());
        }
        if (tag != null) {
            writes.update("""
                            INSERT INTO repository_tags AS old (repository_id, tag, org_id, digest, updated_at,
                              last_event_id)
                            VALUES (:repository, :tag, :org, :digest, :at, :event)
                            ON CONFLICT (repository_id, tag) DO UPDATE SET digest = :digest, updated_at = :at,
                              last_event_id = :event
                            WHERE old.last_event_id < :event""")
                    .bind("repository", repository)
                    .bind("tag", tag)
                    .bind("org", event.owner().orgId())
                    .bind("digest", digest)
                    .bind("at", event.occurredAt())
                    .bind("event", event.eventId())
                    .add();
        }
    }
}
