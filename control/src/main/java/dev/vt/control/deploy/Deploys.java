package dev.vt.control.deploy;

import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.eventlog.NewEvent;
import dev.vt.kernel.ProblemException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What other nouns may know of deploys, and how the deploy controller reports their progress. Thread-safe. */
public final class Deploys {
    private static final DeployDecider.Facts NO_FACTS =
            new DeployDecider.Facts("", DeployDecider.Gate.OPEN, false, false, false);

    private final StateReader state;

    public Deploys(StateReader state) {
        this.state = state;
    }

    public Optional<Deploy> find(OrgScope org, String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM deploys WHERE org_id = :org AND id = :id")
                .bind("org", org.orgId())
                .bind("id", id)
                .map((row, context) -> Deploy.of(row))
                .findOne());
    }

    /** @throws ProblemException {@code not_found} if the org has none with this id */
    public Deploy require(OrgScope org, String id) {
        return find(org, id).orElseThrow(Refusals::notFound);
    }

    /** Those that are queued or rolling, oldest first, in all environments. */
    public List<Deploy> open() {
        return state.read(
                handle -> handle.createQuery("SELECT * FROM deploys WHERE status IN ('queued', 'rolling') ORDER BY id")
                        .map((row, context) -> Deploy.of(row))
                        .list());
    }

    List<Deploy> open(String envId) {
        return state.read(handle -> handle.createQuery(
                        "SELECT * FROM deploys WHERE env_id = :env AND status IN ('queued', 'rolling') ORDER BY id")
                .bind("env", envId)
                .map((row, context) -> Deploy.of(row))
                .list());
    }

    Optional<Deploy> newest(String envId) {
        return state.read(
                handle -> handle.createQuery("SELECT * FROM deploys WHERE env_id = :env ORDER BY id DESC LIMIT 1")
                        .bind("env", envId)
                        .map((row, context) -> Deploy.of(row))
                        .findOne());
    }

    /** Deploys that failed, are no rollbacks, and are the newest of their environment. */
    List<Deploy> newestFailed() {
        return state.read(handle ->
                handle.createQuery("""
                        SELECT * FROM deploys d WHERE status = 'failed' AND kind = 'deploy'
                          AND NOT EXISTS (SELECT 1 FROM deploys n WHERE n.env_id = d.env_id AND n.id > d.id)
                        ORDER BY id""").map((row, context) -> Deploy.of(row)).list());
    }

    /** The last that succeeded with another release than this one: what a rollback goes back to. */
    public Optional<Deploy> lastGoodBesides(String envId, String releaseId) {
        return state.read(handle -> handle.createQuery("""
                        SELECT * FROM deploys WHERE env_id = :env AND status = 'succeeded' AND release_id <> :release
                        ORDER BY id DESC LIMIT 1""")
                .bind("env", envId)
                .bind("release", releaseId)
                .map((row, context) -> Deploy.of(row))
                .findOne());
    }

    /**
     * Puts a change of status into a draft; nothing if the deploy has that status.
     *
     * @param reasonCode for example {@code progress_timeout}
     * @param message a sentence for people
     */
    public void changeStatus(
            Draft draft, Deploy deploy, DeployStatus status, @Nullable String reasonCode, @Nullable String message) {
        boolean changed = draft.decided(
                DeployDecider.decide(
                        deploy.state(), new DeployCommand.ChangeStatus(status, reasonCode, null, message), NO_FACTS),
                event -> new NewEvent(
                                deploy.key(),
                                DeployEventCodec.type(event),
                                deploy.owner(),
                                DeployEventCodec.payload(event))
                        .correlatedWith(deploy.id()));
        if (changed) {
            draft.expect(deploy.key(), deploy.row().resourceVersion());
        }
    }
}
