package dev.vt.control.registry;

import dev.vt.control.feature.Draft;
import dev.vt.control.feature.Leadership;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryAccess;
import dev.vt.images.registry.RegistryCatalog;
import dev.vt.images.registry.RegistryException;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The catalogue in the log: reads are of this server's views, writes are decided at the leader. Thread-safe. */
final class Repositories implements RegistryCatalog {
    private static final String OF_MANIFEST =
            " FROM repositories r JOIN repository_manifests m ON m.repository_id = r.id"
                    + " WHERE r.path = :path AND m.digest = :digest";

    private final StateReader state;
    private final SystemMutations mutations;
    private final Leadership leadership;

    Repositories(StateReader state, SystemMutations mutations, Leadership leadership) {
        this.state = state;
        this.mutations = mutations;
        this.leadership = leadership;
    }

    /** The org whose repository it is; empty if there is none yet. */
    Optional<String> owner(String path) {
        return state.read(handle -> handle.createQuery("SELECT org_id FROM repositories WHERE path = :path")
                .bind("path", path)
                .mapTo(String.class)
                .findOne());
    }

    @Override
    public Optional<Manifest> byTag(String repository, String tag) {
        return state.read(handle -> handle.createQuery("SELECT m.digest, m.media_type, m.size_bytes FROM repositories r"
                        + " JOIN repository_tags t ON t.repository_id = r.id"
                        + " JOIN repository_manifests m ON m.repository_id = r.id AND m.digest = t.digest"
                        + " WHERE r.path = :path AND t.tag = :tag AND m.deleted_at IS NULL")
                .bind("path", repository)
                .bind("tag", tag)
                .map((row, context) -> manifest(row))
                .findOne());
    }

    @Override
    public Optional<Manifest> byDigest(String repository, OciDigest digest, boolean deletedToo) {
        return state.read(handle -> handle.createQuery("SELECT m.digest, m.media_type, m.size_bytes" + OF_MANIFEST
                        + " AND (:deleted OR m.deleted_at IS NULL)")
                .bind("path", repository)
                .bind("digest", digest.toString())
                .bind("deleted", deletedToo)
                .map((row, context) -> manifest(row))
                .findOne());
    }

    @Override
    public Optional<BlobRef> blob(String repository, OciDigest digest, boolean deletedToo) {
        return state.read(handle -> handle.createQuery("SELECT b.digest, b.size_bytes FROM repositories r"
                        + " JOIN repository_blobs b ON b.repository_id = r.id"
                        + " JOIN repository_manifests m ON m.repository_id = r.id AND m.digest = b.manifest_digest"
                        + " WHERE r.path = :path AND b.digest = :digest AND (:deleted OR m.deleted_at IS NULL) LIMIT 1")
                .bind("path", repository)
                .bind("digest", digest.toString())
                .bind("deleted", deletedToo)
                .map((row, context) -> blob(row))
                .findOne());
    }

    @Override
    public Optional<List<String>> tags(String repository, String after, int limit) {
        return state.read(handle -> id(handle, repository)
                .map(id -> handle.createQuery(
                                "SELECT tag FROM repository_tags WHERE repository_id = :id AND tag > :after"
                                        + " ORDER BY tag LIMIT :limit")
                        .bind("id", id)
                        .bind("after", after)
                        .bind("limit", limit)
                        .mapTo(String.class)
                        .list()));
    }

    @Override
    public long push(RegistryAccess.Author author, String repository, Push push) {
        PushedManifest manifest = new PushedManifest(
                push.manifest().digest(),
                push.manifest().mediaType(),
                push.manifest().size(),
                push.blobs());
        String tag = push.tag().orElse(null);
        return write(author, (draft, handle) -> {
            Optional<String> known = id(handle, repository);
            String orgId = org(handle, repository);
            String id = known.orElseGet(() -> draft.newId("repo"));
            if (known.isEmpty()) {
                draft.require(
                                new Precondition.Alive(new AggregateKey("org", orgId)),
                                ErrorCode.NOT_FOUND,
                                "the org is gone")
                        .race(new Precondition.Claim("repository_path", repository, key(id)));
            }
            decide(
                    draft,
                    id,
                    orgId,
                    known.isEmpty()
                            ? new RepositoryState.Absent()
                            : present(handle, id, manifest.digest(), tag == null ? "" : tag),
                    new RepositoryCommand.Push(repository, manifest, tag));
        });
    }

    @Override
    public long deleteTag(RegistryAccess.Author author, String repository, String tag) {
        return change(author, repository, null, tag, new RepositoryCommand.DeleteTag(tag));
    }

    @Override
    public long deleteManifest(RegistryAccess.Author author, String repository, OciDigest digest) {
        return change(author, repository, digest, "", new RepositoryCommand.DeleteManifest(digest));
    }

    private long change(
            RegistryAccess.Author author,
            String repository,
            @Nullable OciDigest digest,
            String tag,
            RepositoryCommand command) {
        return write(author, (draft, handle) -> {
            Optional<String> id = id(handle, repository);
            decide(
                    draft,
                    id.orElse(""),
                    id.isEmpty() ? "" : org(handle, repository),
                    id.isEmpty() ? new RepositoryState.Absent() : present(handle, id.get(), digest, tag),
                    command);
        });
    }

    @Override
    public void await(long event, Duration limit) throws InterruptedException {
        state.await(event, limit);
    }

    private static void decide(Draft draft, String id, String orgId, RepositoryState state, RepositoryCommand command) {
        draft.decided(
                RepositoryDecider.decide(state, command),
                event -> new NewEvent(
                        key(id),
                        RepositoryEventCodec.type(event),
                        Owner.org(orgId),
                        RepositoryEventCodec.payload(event)));
    }

    private long write(RegistryAccess.Author author, BiConsumer<Draft, Handle> attempt) {
        if (leadership.epoch().isEmpty()) {
            throw new RegistryException(Code.UNAVAILABLE, "this server does not lead; try again");
        }
        SystemMutations.Outcome outcome = mutations.run(
                new Actor(author.type(), author.id()),
                draft -> state.read(handle -> {
                    attempt.accept(draft, handle);
                    return draft;
                }));
        return switch (outcome) {
            case SystemMutations.Outcome.Applied(long event) -> event;
            case SystemMutations.Outcome.Unchanged() -> state.head();
            case SystemMutations.Outcome.Refused(Problem problem) -> throw refused(problem);
        };
    }

    private static RegistryException refused(Problem problem) {
        Code code = problem.code() == ErrorCode.NOT_FOUND
                ? Code.MANIFEST_UNKNOWN
                : problem.code().retryable() ? Code.UNAVAILABLE : Code.DENIED;
        return new RegistryException(code, problem.detail());
    }

    /** The owner of the path; of one that is not there yet, the org whose name it begins with. */
    private static String org(Handle handle, String path) {
        return handle.createQuery("SELECT COALESCE((SELECT org_id FROM repositories WHERE path = :path),"
                        + " (SELECT id FROM orgs WHERE name = :name AND deleted_at IS NULL))")
                .bind("path", path)
                .bind("name", path.substring(0, Math.max(0, path.indexOf('/'))))
                .mapTo(String.class)
                .findOne()
                .orElseThrow(() -> new RegistryException(Code.DENIED, "access to the repository is denied"));
    }

    private static Optional<String> id(Handle handle, String path) {
        return handle.createQuery("SELECT id FROM repositories WHERE path = :path")
                .bind("path", path)
                .mapTo(String.class)
                .findOne();
    }

    /** As much of it as a decision about this manifest and this tag needs. */
    private static RepositoryState present(Handle handle, String id, @Nullable OciDigest digest, String tag) {
        Optional<OciDigest> tagged = handle.createQuery(
                        "SELECT digest FROM repository_tags WHERE repository_id = :id AND tag = :tag")
                .bind("id", id)
                .bind("tag", tag)
                .mapTo(String.class)
                .findOne()
                .map(OciDigest::parse);
        Optional<PushedManifest> manifest = digest == null ? Optional.empty() : pushed(handle, id, digest);
        return new RepositoryState.Present(
                manifest.map(found -> Map.of(found.digest(), found)).orElse(Map.of()),
                tagged.map(found -> Map.of(tag, found)).orElse(Map.of()));
    }

    private static Optional<PushedManifest> pushed(Handle handle, String id, OciDigest digest) {
        List<BlobRef> blobs = handle.createQuery("SELECT digest, size_bytes FROM repository_blobs"
                        + " WHERE repository_id = :id AND manifest_digest = :digest ORDER BY position")
                .bind("id", id)
                .bind("digest", digest.toString())
                .map((row, context) -> blob(row))
                .list();
        return handle.createQuery("SELECT media_type, size_bytes FROM repository_manifests"
                        + " WHERE repository_id = :id AND digest = :digest AND deleted_at IS NULL")
                .bind("id", id)
                .bind("digest", digest.toString())
                .map((row, context) ->
                        new PushedManifest(digest, row.getString("media_type"), row.getLong("size_bytes"), blobs))
                .findOne();
    }

    private static Manifest manifest(ResultSet row) throws SQLException {
        return new Manifest(
                OciDigest.parse(row.getString("digest")), row.getString("media_type"), row.getLong("size_bytes"));
    }

    private static BlobRef blob(ResultSet row) throws SQLException {
        return new BlobRef(OciDigest.parse(row.getString("digest")), row.getLong("size_bytes"));
    }

    private static AggregateKey key(String id) {
        return new AggregateKey("repository", id);
    }
}
