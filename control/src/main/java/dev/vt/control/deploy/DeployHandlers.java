package dev.vt.control.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.ResourceReader;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.release.ImageLookup;
import dev.vt.control.release.ManifestProblems;
import dev.vt.control.release.Release;
import dev.vt.control.release.ReleaseImage;
import dev.vt.control.release.Releases;
import dev.vt.kernel.Json;
import dev.vt.manifest.Manifest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class DeployHandlers {
    /** Body of a plan: a release, or a manifest with an image. */
    record PlanBody(
            @Nullable String releaseId,
            @Nullable String imageRef,
            @Nullable String manifest,
            @Nullable List<String> processTypes) {}

    record DeployBody(
            @Nullable String releaseId,
            @Nullable List<String> processTypes,
            @Nullable String planHash,
            @Nullable Boolean allowDestructive) {}

    /** Without a release: the last that succeeded before. */
    record RollbackBody(
            @Nullable String releaseId,
            @Nullable String planHash,
            @Nullable Boolean allowDestructive) {}

    private static final String ENV = "/v1/orgs/{org_id}/envs/{env_id}";
    private static final String ITEM = "/v1/orgs/{org_id}/deploys/{deploy_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Envs envs;
    private final Releases releases;
    private final Deploys deploys;
    private final DeployWriter writer;
    private final Rollbacks rollbacks;
    private final ImageLookup images;

    DeployHandlers(
            Mutations mutations,
            StateReader state,
            Envs envs,
            Releases releases,
            Deploys deploys,
            DeployWriter writer,
            Rollbacks rollbacks,
            ImageLookup images) {
        this.mutations = mutations;
        this.state = state;
        this.envs = envs;
        this.releases = releases;
        this.deploys = deploys;
        this.writer = writer;
        this.rollbacks = rollbacks;
        this.images = images;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("envs:read");
        return List.of(
                Endpoint.post("plans.create", ENV + "/plan", read, this::plan).withoutKey(),
                Endpoint.list("deploys.list", ENV + "/deploys", read, Set.of("status", "release_id"), this::list),
                Endpoint.post("deploys.create", ENV + "/deploys", Access.org("deploys:write"), this::create),
                Endpoint.get("deploys.get", ITEM, read, this::get),
                Endpoint.post("rollbacks.create", ITEM + "/rollbacks", Access.org("rollbacks:write"), this::rollback));
    }

    private Reply list(Call call) {
        Env env = env(call);
        return state.read(handle -> ListQuery.of("deploys")
                .in(call.org())
                .equal("env_id", env.id())
                .filter(call, "status")
                .filter(call, "release_id")
                .page(call, handle, (row, context) -> Deploy.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(
                deploys.require(call.org(), call.pathParameter("deploy_id")).json());
    }

    private Reply plan(Call call) {
        PlanBody body = call.body(PlanBody.class);
        new Checks()
                .that(
                        (body.releaseId() == null) != (body.manifest() == null),
                        "/release_id",
                        "give either release_id or manifest")
                .that(body.releaseId() == null || body.imageRef() == null, "/image_ref", "only goes with a manifest")
                .done();
        Env env = env(call);
        long head = state.head();
        Set<String> only = processTypes(body.processTypes());
        if (body.releaseId() != null) {
            Release release = releases.require(call.org(), body.releaseId());
            requireSameApp(env, release);
            return Reply.ok(json(env, release.id(), writer.plan(env, release, only), head));
        }
        Manifest manifest = ManifestProblems.require(Objects.requireNonNull(body.manifest()));
        String reference =
                Optional.ofNullable(body.imageRef()).or(manifest::imageRef).orElse("");
        new Checks()
                .that(!reference.isEmpty(), "/image_ref", "is required: the manifest has no image.ref either")
                .done();
        ReleaseImage image = images.resolve(call.org(), reference);
        String appId = Objects.requireNonNull(env.row().appId());
        Optional<Release> known = releases.findSame(appId, image.digest(), manifest.hash());
        DeployPlan plan = known.map(release -> writer.plan(env, release, only))
                .orElseGet(
                        () -> writer.plan(env, null, "v" + releases.nextNumber(appId), image.digest(), manifest, only));
        return Reply.ok(json(env, known.map(Release::id).orElse(null), plan, head));
    }

    private static ObjectNode json(Env env, @Nullable String releaseId, DeployPlan plan, long head) {
        ObjectNode out = Json.object()
                .put("env_id", env.id())
                .put("release_id", releaseId)
                .put("plan_hash", plan.hash())
                .put("event_id", head)
                .put("destructive", plan.destructive());
        ArrayNode processes = out.putArray("process_types");
        plan.sets().forEach(processes::add);
        ArrayNode changes = out.putArray("changes");
        plan.changes().forEach(change -> changes.add(Json.toTree(change)));
        return out;
    }

    private Reply create(Call call) {
        DeployBody body = call.body(DeployBody.class);
        new Checks().id("/release_id", body.releaseId(), "rel").done();
        String releaseId = Objects.requireNonNull(body.releaseId());
        Set<String> only = processTypes(body.processTypes());
        return mutations.run(
                call,
                draft -> {
                    Env env = env(call);
                    Release release = releases.require(call.org(), releaseId);
                    requireSameApp(env, release);
                    writer.start(
                            draft,
                            env,
                            release,
                            new DeployWriter.Request(
                                    "deploy",
                                    only,
                                    body.planHash(),
                                    Boolean.TRUE.equals(body.allowDestructive()),
                                    isAdmin(call)));
                },
                reader(call));
    }

    private Reply rollback(Call call) {
        RollbackBody body =
                call.bodyBytes().length == 0 ? new RollbackBody(null, null, null) : call.body(RollbackBody.class);
        if (body.releaseId() != null) {
            new Checks().id("/release_id", body.releaseId(), "rel").done();
        }
        return mutations.run(
                call,
                draft -> rollbacks.start(
                        draft,
                        deploys.require(call.org(), call.pathParameter("deploy_id")),
                        body.releaseId(),
                        new DeployWriter.Request(
                                "rollback",
                                Set.of(),
                                body.planHash(),
                                Boolean.TRUE.equals(body.allowDestructive()),
                                isAdmin(call))),
                reader(call));
    }

    /** A release of another app is as unknown here as any other. */
    static void requireSameApp(Env env, Release release) {
        if (!Objects.equals(env.row().appId(), release.row().appId())) {
            throw Refusals.notFound();
        }
    }

    private static Set<String> processTypes(@Nullable List<String> given) {
        if (given == null) {
            return Set.of();
        }
        Checks checks = new Checks().that(!given.isEmpty(), "/process_types", "must name at least one, or be absent");
        for (int i = 0; i < given.size(); i++) {
            checks.shortName("/process_types/" + i, given.get(i));
        }
        checks.done();
        return new TreeSet<>(given);
    }

    private static boolean isAdmin(Call call) {
        return call.caller().administers(call.org().orgId());
    }

    private Env env(Call call) {
        return envs.require(call.org(), call.pathParameter("env_id"));
    }

    private ResourceReader reader(Call call) {
        return id -> deploys.find(call.org(), id).map(Deploy::json);
    }
}
