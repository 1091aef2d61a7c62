package dev.vt.control.release;

import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.kernel.ProblemException;
import java.util.Optional;

/** What other nouns may know of releases. Thread-safe. */
public final class Releases {
    private final StateReader state;

    public Releases(StateReader state) {
        this.state = state;
    }

    public Optional<Release> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM releases WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> Release.of(row))
                .findOne());
    }

    /** @throws ProblemException {@code not_found} if the org has none with this id */
    public Release require(OrgScope org, String id) {
        return find(org, id).orElseThrow(Refusals::notFound);
    }

    /** The app's release of this content: there is at most one. */
    public Optional<Release> findSame(String appId, String imageDigest, String manifestHash) {
        return state.read(handle -> handle.createQuery("""
                        SELECT * FROM releases
                        WHERE app_id = :app AND image_digest = :digest AND manifest_hash = :hash""")
                .bind("app", appId)
                .bind("digest", imageDigest)
                .bind("hash", manifestHash)
                .map((row, context) -> Release.of(row))
                .findOne());
    }

    /** The number the app's next release gets. */
    public int nextNumber(String appId) {
        return state.read(handle -> handle.createQuery(
                                "SELECT coalesce(max(number), 0) FROM releases WHERE app_id = :app")
                        .bind("app", appId)
                        .mapTo(Integer.class)
                        .one())
                + 1;
    }
}
