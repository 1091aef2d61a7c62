package dev.vt.control.deploy;

import dev.vt.control.desired.DesiredRelease;
import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Env;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.release.Release;
import dev.vt.control.route.Routes;
import dev.vt.control.scale.Scales;
import dev.vt.control.secret.SecretVersion;
import dev.vt.control.secret.Secrets;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.EffectiveManifest;
import dev.vt.manifest.Manifest;
import dev.vt.manifest.ProcessSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what a plan needs, and puts a deploy into a draft: all of it in one batch. Thread-safe. */
final class DeployWriter {
    /** Label keys tenants may place by (scheduler.md §3). */
    private static final Set<String> TENANT_LABELS = Set.of("zone", "region", "arch");

    /**
     * @param only process types; empty: all
     * @param admin whether the caller is an admin of the org
     */
    record Request(String kind, Set<String> only, @Nullable String planHash, boolean allowDestructive, boolean admin) {}

    private final Deploys deploys;
    private final DesiredReleases desired;
    private final Scales scales;
    private final Routes routes;
    private final Secrets secrets;

    DeployWriter(Deploys deploys, DesiredReleases desired, Scales scales, Routes routes, Secrets secrets) {
        this.deploys = deploys;
        this.desired = desired;
        this.scales = scales;
        this.routes = routes;
        this.secrets = secrets;
    }

    DeployPlan plan(Env env, Release release, Set<String> only) {
        return plan(env, release.id(), "v" + release.number(), release.image().digest(), release.manifest(), only);
    }

    /** @throws ProblemException what the manifest asks for and this server or this tenant cannot have */
    DeployPlan plan(
            Env env,
            @Nullable String releaseId,
            String label,
            String imageDigest,
            Manifest manifest,
            Set<String> only) {
        EffectiveManifest effective = manifest.effective(env.name());
        checkProcesses(effective, only);
        checkSupported(effective);
        return DeployPlanner.plan(
                new DeployPlanner.Target(releaseId, label, imageDigest, effective),
                new DeployPlanner.Present(
                        env.id(),
                        desired.of(env.id()),
                        desired.processes(env),
                        scales.of(env.id()),
                        routes.managed(env.id())),
                only);
    }

    private static void checkProcesses(EffectiveManifest effective, Set<String> only) {
        Set<String> unknown = new TreeSet<>(only);
        unknown.removeAll(effective.processes().keySet());
        if (!unknown.isEmpty()) {
            throw new ProblemException(Problem.of(
                            ErrorCode.UNKNOWN_PROCESS_TYPE,
                            "the release has no process type " + String.join(", ", unknown))
                    .withDetails(Map.of(
                            "process_types", List.copyOf(effective.processes().keySet()))));
        }
    }

    private static void checkSupported(EffectiveManifest effective) {
        if (!effective.volumes().isEmpty()) {
            throw new ProblemException(Problem.of(ErrorCode.NOT_SUPPORTED, "volumes are not supported yet")
                    .withHint("remove volumes and mounts from the manifest"));
        }
        for (ProcessSpec process : effective.processes().values()) {
            List<String> terms = new ArrayList<>(process.placement().require());
            process.placement().prefer().forEach(preference -> terms.add(preference.term()));
            for (String term : terms) {
                String key = term.replaceFirst("^!", "").replaceFirst("!?=.*$", "");
                if (!TENANT_LABELS.contains(key)) {
                    throw new ProblemException(Problem.of(
                                    ErrorCode.LABEL_NOT_ALLOWED,
                                    "process " + process.name() + " may not be placed by label " + key)
                            .withDetails(Map.of("allowed", List.copyOf(new TreeSet<>(TENANT_LABELS)))));
                }
            }
        }
    }

    /** The attempt of a deploy or rollback. */
    void start(Draft draft, Env env, Release release, Request request) {
        DeployPlan plan = plan(env, release, request.only());
        Optional<Deploy> newest = deploys.newest(env.id());
        DeployDecider.Facts facts = new DeployDecider.Facts(
                env.name(),
                gate(env),
                env.guarded(),
                request.admin(),
                newest.map(deploy -> deploy.status() == DeployStatus.FAILED).orElse(false));
        String id = draft.newId("dep");
        draft.target(env.key(), env.row().resourceVersion()).id("env", env.id()).id("release", release.id());
        boolean started = draft.decided(
                DeployDecider.decide(
                        new DeployState.Absent(),
                        new DeployCommand.Start(
                                request.kind(), release.id(), plan, request.planHash(), request.allowDestructive()),
                        facts),
                event -> new NewEvent(
                                Deploy.key(id),
                                DeployEventCodec.type(event),
                                env.owner(),
                                DeployEventCodec.payload(event))
                        .correlatedWith(id));
        if (started) {
            apply(draft, env, release, plan, id);
        } else {
            newest.ifPresent(deploy -> draft.id("deploy", deploy.id()).resource(deploy.id()));
        }
    }

    private void apply(Draft draft, Env env, Release release, DeployPlan plan, String id) {
        draft.expect(Deploy.key(id), 0)
                .require(new Precondition.Alive(env.key()), ErrorCode.NOT_FOUND, "the environment is gone")
                .id("deploy", id)
                .resource(id)
                .started("deploy", id);
        plan.sets()
                .forEach(process -> draft.append(new DesiredRelease(process, release.id(), id, plan.effectiveHash())
                        .event(env.key(), env.owner())));
        plan.removes()
                .forEach(process -> draft.append(
                        new DesiredRelease(process, null, id, plan.effectiveHash()).event(env.key(), env.owner())));
        if (!plan.clamps().isEmpty()) {
            draft.append(scales.clamped(env, plan.clamps()).correlatedWith(id));
        }
        routes.apply(draft, env, plan.routes(), id);
        supersede(draft, env, plan, id);
        plan.changes().stream()
                .filter(change -> !change.op().equals("same"))
                .map(change -> change.kind().equals("release") ? named(change, release) : change)
                .forEach(draft::change);
    }

    private static Change named(Change change, Release release) {
        return new Change(
                change.op(), change.kind(), release.id(), change.name(), change.summary(), change.destructive());
    }

    /** A newer deploy ends those whose process types it covers all; others go on for the rest. */
    private void supersede(Draft draft, Env env, DeployPlan plan, String id) {
        Set<String> covered = new TreeSet<>(plan.sets());
        covered.addAll(plan.removes());
        deploys.open(env.id()).stream()
                .filter(old -> covered.containsAll(old.processTypes()))
                .forEach(old ->
                        deploys.changeStatus(draft, old, DeployStatus.SUPERSEDED, null, "superseded by deploy " + id));
    }

    private DeployDecider.Gate gate(Env env) {
        return secrets.current(env.id())
                .map(SecretVersion::keys)
                .map(keys -> keys.isEmpty() ? DeployDecider.Gate.CONFIRMED_NONE : DeployDecider.Gate.OPEN)
                .orElse(DeployDecider.Gate.CLOSED);
    }
}
