package dev.vt.control.deploy;

import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.OrgScope;
import dev.vt.control.release.Releases;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.EffectiveManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Starts a rollback where a deploy failed and its manifest says {@code auto_rollback}. Never of a rollback, and never twice for one
 * deploy: only the newest deploy of an environment is looked at (scheduler.md §7). Runs on its reconciler thread only.
 */
final class AutoRollback implements Reconciler {
    private static final Duration PERIOD = Duration.ofMinutes(5);

    private final Deploys deploys;
    private final Envs envs;
    private final Releases releases;
    private final Rollbacks rollbacks;
    private final SystemMutations system;

    AutoRollback(Deploys deploys, Envs envs, Releases releases, Rollbacks rollbacks, SystemMutations system) {
        this.deploys = deploys;
        this.envs = envs;
        this.releases = releases;
        this.rollbacks = rollbacks;
        this.system = system;
    }

    @Override
    public String name() {
        return "auto-rollback";
    }

    @Override
    public Duration period() {
        return PERIOD;
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.equals(DeployEventCodec.STATUS_CHANGED);
    }

    @Override
    public ReconcileReport reconcile() {
        List<String> problems = new ArrayList<>();
        int started = 0;
        List<Deploy> failed = deploys.newestFailed();
        for (Deploy deploy : failed) {
            if (!wanted(deploy)) {
                continue;
            }
            switch (system.asSystem("deploy-controller", draft -> attempt(draft, deploy))) {
                case SystemMutations.Outcome.Applied applied -> started++;
                case SystemMutations.Outcome.Unchanged unchanged -> {}
                case SystemMutations.Outcome.Refused(Problem problem) ->
                    problems.add(deploy.id() + ": " + problem.code().code());
            }
        }
        return new ReconcileReport(failed.size(), started, problems);
    }

    private void attempt(Draft draft, Deploy deploy) {
        try {
            rollbacks.automatic(draft, deploy);
        } catch (ProblemException e) {
            draft.refuse(e.problem());
        }
    }

    /** Whether a targeted process asks for it and there is something to go back to. */
    private boolean wanted(Deploy deploy) {
        OrgScope org = new OrgScope(Objects.requireNonNull(deploy.row().orgId()));
        Optional<Env> env = envs.find(org, Objects.requireNonNull(deploy.row().envId()))
                .filter(found -> !found.row().deleted());
        if (env.isEmpty()
                || deploys.lastGoodBesides(env.get().id(), deploy.releaseId()).isEmpty()) {
            return false;
        }
        EffectiveManifest manifest = releases.require(org, deploy.releaseId())
                .manifest()
                .effective(env.get().name());
        return deploy.processTypes().stream()
                .flatMap(process -> manifest.process(process).stream())
                .anyMatch(process -> process.deploy().autoRollback());
    }
}
