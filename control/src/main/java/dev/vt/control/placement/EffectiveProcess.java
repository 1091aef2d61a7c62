package dev.vt.control.placement;

import dev.vt.kernel.Json;
import dev.vt.manifest.Manifest;
import dev.vt.manifest.ProcessSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What a release says about one process type in an environment of a name. Releases never change, so what was read once is
 * kept. Thread-safe; the cache is bounded.
 */
final class EffectiveProcess {
    private static final int CACHED = 2048;

    private final Map<Key, Optional<Found>> cache = Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Optional<Found>> eldest) {
            return size() > CACHED;
        }
    });

    private record Key(String releaseId, String envName, String processType) {}

    /**
     * @param platforms with a manifest of their own in the image
     * @param manifestHash of the release
     */
    record Found(
            ProcessSpec process, String imageRef, String imageDigest, List<Platform> platforms, String manifestHash) {
        Found {
            platforms = List.copyOf(platforms);
        }

        Optional<Platform> platform(String arch) {
            return platforms.stream()
                    .filter(platform ->
                            platform.os().equals("linux") && platform.arch().equals(arch))
                    .findFirst();
        }
    }

    /** @param digest the only thing a node pulls */
    record Platform(String os, String arch, String digest) {}

    /** Empty if there is no such release, or it has no such process type. */
    Optional<Found> find(Handle handle, String releaseId, String envName, String processType) {
        Key key = new Key(releaseId, envName, processType);
        Optional<Found> known = cache.get(key);
        if (known == null) {
            known = read(handle, releaseId, envName, processType);
            if (known.isPresent()) {
                cache.put(key, known);
            }
        }
        return known;
    }

    /** As {@link #find}, without any memory: for projections. */
    static Optional<Found> read(Handle handle, String releaseId, String envName, String processType) {
        return handle.createQuery("SELECT image_ref, image_digest, resolved_digests, manifest_hash, manifest"
                        + " FROM releases WHERE id = :id")
                .bind("id", releaseId)
                .map((row, context) -> Manifest.ofNormalized(Json.parse(row.getString("manifest")))
                        .effective(envName)
                        .process(processType)
                        .map(process -> {
                            try {
                                return new Found(
                                        process,
                                        row.getString("image_ref"),
                                        row.getString("image_digest"),
                                        platforms(row.getString("resolved_digests")),
                                        row.getString("manifest_hash"));
                            } catch (java.sql.SQLException e) {
                                throw new IllegalStateException("release " + releaseId + " has lost a column", e);
                            }
                        }))
                .findOne()
                .flatMap(found -> found);
    }

    private static List<Platform> platforms(String json) {
        return Json.parse(json)
                .valueStream()
                .map(each -> new Platform(
                        each.path("os").asText(),
                        each.path("arch").asText(),
                        each.path("digest").asText()))
                .toList();
    }
}
