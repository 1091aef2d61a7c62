package dev.vt.control.registry;

import dev.vt.images.OciDigest;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pure: state and command in, events or a refusal out. */
final class RepositoryDecider {
    private RepositoryDecider() {}

    static Decision<RepositoryEvent> decide(RepositoryState state, RepositoryCommand command) {
        return switch (state) {
            case RepositoryState.Absent() ->
                switch (command) {
                    case RepositoryCommand.Push(var path, var manifest, var tag) ->
                        Decision.accept(List.of(
                                new RepositoryEvent.Created(path), new RepositoryEvent.ManifestPushed(manifest, tag)));
                    case RepositoryCommand.DeleteTag deleted -> unknown();
                    case RepositoryCommand.DeleteManifest deleted -> unknown();
                };
            case RepositoryState.Present present ->
                switch (command) {
                    case RepositoryCommand.Push push -> push(present, push);
                    case RepositoryCommand.DeleteTag(var tag) ->
                        present.tags().containsKey(tag)
                                ? Decision.accept(new RepositoryEvent.TagDeleted(tag))
                                : unknown();
                    case RepositoryCommand.DeleteManifest(var digest) ->
                        present.manifests().containsKey(digest)
                                ? Decision.accept(new RepositoryEvent.ManifestDeleted(digest))
                                : unknown();
                };
        };
    }

    private static Decision<RepositoryEvent> push(RepositoryState.Present present, RepositoryCommand.Push push) {
        OciDigest digest = push.manifest().digest();
        boolean known = push.manifest().equals(present.manifests().get(digest));
        boolean tagged = push.tag() == null || digest.equals(present.tags().get(push.tag()));
        return known && tagged
                ? Decision.unchanged()
                : Decision.accept(new RepositoryEvent.ManifestPushed(push.manifest(), push.tag()));
    }

    private static Decision<RepositoryEvent> unknown() {
        return Decision.refuse(ErrorCode.NOT_FOUND, "manifest unknown");
    }

    static RepositoryState evolve(RepositoryState state, RepositoryEvent event) {
        RepositoryState.Present before = state instanceof RepositoryState.Present present
                ? present
                : new RepositoryState.Present(Map.of(), Map.of());
        Map<OciDigest, PushedManifest> manifests = new HashMap<>(before.manifests());
        Map<String, OciDigest> tags = new HashMap<>(before.tags());
        switch (event) {
            case RepositoryEvent.Created created -> {}
            case RepositoryEvent.ManifestPushed(var manifest, var tag) -> {
                manifests.put(manifest.digest(), manifest);
                if (tag != null) {
                    tags.put(tag, manifest.digest());
                }
            }
            case RepositoryEvent.TagDeleted(var tag) -> tags.remove(tag);
            case RepositoryEvent.ManifestDeleted(var digest) -> {
                manifests.remove(digest);
                tags.values().removeIf(digest::equals);
            }
        }
        return new RepositoryState.Present(manifests, tags);
    }
}
