package dev.vt.control.deploy;

import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Draft;
import dev.vt.control.http.OrgScope;
import dev.vt.control.release.Release;
import dev.vt.control.release.Releases;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Going back to a release that worked: by a person, or by the deploy controller ({@code auto_rollback}). Thread-safe. */
final class Rollbacks {
    private final Deploys deploys;
    private final DeployWriter writer;
    private final Envs envs;
    private final Releases releases;

    Rollbacks(Deploys deploys, DeployWriter writer, Envs envs, Releases releases) {
        this.deploys = deploys;
        this.writer = writer;
        this.envs = envs;
        this.releases = releases;
    }

    /**
     * The attempt of an automatic rollback of a failed deploy: to the release of the last one that succeeded.
     *
     * @throws ProblemException {@code invalid_state} if there is none
     */
    void automatic(Draft draft, Deploy failed) {
        start(draft, failed, null, new DeployWriter.Request("rollback", Set.of(), null, true, true));
    }

    void start(Draft draft, Deploy from, @Nullable String releaseId, DeployWriter.Request request) {
        OrgScope org = new OrgScope(Objects.requireNonNull(from.row().orgId()));
        Env env = envs.require(org, Objects.requireNonNull(from.row().envId()));
        String to = releaseId == null
                ? deploys.lastGoodBesides(env.id(), from.releaseId())
                        .orElseThrow(() -> new ProblemException(Problem.of(
                                        ErrorCode.INVALID_STATE,
                                        "no other release was ever deployed to " + env.name() + " with success")
                                .withHint("vt rollback --to RELEASE")))
                        .releaseId()
                : releaseId;
        Release release = releases.require(org, to);
        DeployHandlers.requireSameApp(env, release);
        writer.start(draft, env, release, request);
    }
}
