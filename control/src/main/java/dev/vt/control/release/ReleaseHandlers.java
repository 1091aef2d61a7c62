package dev.vt.control.release;

import dev.vt.control.app.App;
import dev.vt.control.app.Apps;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.ResourceReader;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.manifest.Manifest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class ReleaseHandlers {
    /** Body of a creation; the reference of the manifest counts if there is no other. */
    record Create(@Nullable String imageRef, @Nullable String manifest) {}

    private static final String PATH = "/v1/orgs/{org_id}/apps/{app_id}/releases";
    private static final String ITEM = "/v1/orgs/{org_id}/releases/{release_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Releases releases;
    private final Apps apps;
    private final ImageLookup images;

    ReleaseHandlers(Mutations mutations, StateReader state, Releases releases, Apps apps, ImageLookup images) {
        this.mutations = mutations;
        this.state = state;
        this.releases = releases;
        this.apps = apps;
        this.images = images;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("releases:read");
        Access write = Access.org("releases:write");
        return List.of(
                Endpoint.list("releases.list", PATH, read, Set.of(), this::list),
                Endpoint.post("releases.create", PATH, write, this::create),
                Endpoint.get("releases.get", ITEM, read, this::get),
                Endpoint.get("releases.diff", ITEM + "/diff", read, this::diff).withParameters(Set.of("to")));
    }

    private Reply list(Call call) {
        App app = apps.require(call.org(), call.pathParameter("app_id"));
        return state.read(handle -> ListQuery.of("releases")
                .in(call.org())
                .equal("app_id", app.id())
                .page(call, handle, (row, context) -> Release.summary(row)));
    }

    private Reply get(Call call) {
        return Reply.resource(
                releases.require(call.org(), call.pathParameter("release_id")).json());
    }

    private Reply diff(Call call) {
        String to = call.parameter("to").orElse(null);
        new Checks().id("to", to, "rel").done();
        Release from = releases.require(call.org(), call.pathParameter("release_id"));
        return Reply.ok(ReleaseDiff.of(from, releases.require(call.org(), Objects.requireNonNull(to))));
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        new Checks().required("/manifest", body.manifest()).done();
        Manifest manifest = ManifestProblems.require(Objects.requireNonNull(body.manifest()));
        String reference =
                Optional.ofNullable(body.imageRef()).or(manifest::imageRef).orElse("");
        new Checks()
                .that(!reference.isEmpty(), "/image_ref", "is required: the manifest has no image.ref either")
                .done();
        ImageOnce image = new ImageOnce(call, reference);
        return mutations.run(
                call,
                draft -> attempt(
                        draft,
                        apps.require(call.org(), call.pathParameter("app_id")),
                        new ReleaseCommand.Create(reference, image.get(), manifest)),
                reader(call));
    }

    private void attempt(Draft draft, App app, ReleaseCommand.Create command) {
        String digest = command.image().digest();
        String hash = command.manifest().hash();
        Optional<Release> same = releases.findSame(app.id(), digest, hash);
        String id = same.map(Release::id).orElseGet(() -> draft.newId("rel"));
        ReleaseDecider.Facts facts = new ReleaseDecider.Facts(
                same.<ReleaseState>map(r -> new ReleaseState.Released(r.number(), digest, hash))
                        .orElse(new ReleaseState.Absent()),
                releases.nextNumber(app.id()),
                Json.bytes(command.image().config()).length);
        AggregateKey key = Release.key(id);
        draft.id("app", app.id()).id("release", id).resource(id);
        boolean created = draft.decided(
                ReleaseDecider.decide(new ReleaseState.Absent(), command, facts),
                event -> new NewEvent(
                        key, ReleaseEventCodec.type(event), app.owner(), ReleaseEventCodec.payload(event)));
        if (created) {
            draft.target(key, 0)
                    .require(new Precondition.Alive(app.key()), ErrorCode.NOT_FOUND, "the app is gone")
                    .race(new Precondition.Claim("release_content:" + app.id(), digest + "/" + hash, key))
                    .race(new Precondition.Claim(
                            "release_number:" + app.id(), Integer.toString(facts.nextNumber()), key))
                    .created()
                    .change(new Change("create", "release", id, "v" + facts.nextNumber(), "created", false));
        }
    }

    private ResourceReader reader(Call call) {
        return id -> releases.find(call.org(), id).map(Release::json);
    }

    /** Asks the registry at the first attempt only, and not at all for a replay. */
    private final class ImageOnce {
        private final Call call;
        private final String reference;
        private @Nullable ReleaseImage image;

        ImageOnce(Call call, String reference) {
            this.call = call;
            this.reference = reference;
        }

        ReleaseImage get() {
            ReleaseImage known = image;
            if (known == null) {
                known = images.resolve(call.org(), reference);
                image = known;
            }
            return known;
        }
    }
}
