package dev.vt.control.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.desired.DesiredProcess;
import dev.vt.control.desired.DesiredRelease;
import dev.vt.control.feature.Change;
import dev.vt.control.release.Release;
import dev.vt.control.route.Route;
import dev.vt.control.route.RouteAction;
import dev.vt.control.route.RouteDefinition;
import dev.vt.control.route.RoutePlanner;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import dev.vt.manifest.EffectiveManifest;
import dev.vt.manifest.EffectiveManifest.RouteSpec;
import dev.vt.manifest.ProcessSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pure: what a release would change in an environment. */
final class DeployPlanner {
    /**
     * What is to be deployed.
     *
     * @param releaseId null for content that is no release yet
     * @param label {@code v12}, or {@code new}
     */
    record Target(@Nullable String releaseId, String label, String imageDigest, EffectiveManifest manifest) {}

    /**
     * What the environment has.
     *
     * @param desired as stored; also process types that are to be gone
     * @param processes what shall run, by process type
     * @param managedRoutes living routes that deploys made
     */
    record Present(
            String envId,
            List<DesiredRelease> desired,
            SortedMap<String, DesiredProcess> processes,
            SortedMap<String, Integer> scales,
            List<Route> managedRoutes) {}

    private final Target target;
    private final Present present;
    private final Set<String> only;
    private final List<Change> changes = new ArrayList<>();

    private DeployPlanner(Target target, Present present, Set<String> only) {
        this.target = target;
        this.present = present;
        this.only = only;
    }

    /** @param only process types to deploy, all of them in the manifest; empty: all, with routes and removals */
    static DeployPlan plan(Target target, Present present, Set<String> only) {
        return new DeployPlanner(target, present, only).plan();
    }

    private DeployPlan plan() {
        NavigableSet<String> sets = new TreeSet<>(target.manifest().processes().keySet());
        NavigableSet<String> removes = new TreeSet<>();
        if (only.isEmpty()) {
            present.desired().stream()
                    .filter(desired -> desired.releaseId() != null)
                    .map(DesiredRelease::processType)
                    .filter(process -> !sets.contains(process))
                    .forEach(removes::add);
        } else {
            sets.retainAll(only);
        }
        release(sets);
        sets.forEach(this::process);
        removes.forEach(this::removal);
        SortedMap<String, Integer> clamps = scales(sets);
        List<RouteAction> routes = routes();
        return new DeployPlan(
                hash(sets),
                target.manifest().hash(),
                changes,
                List.copyOf(sets),
                List.copyOf(removes),
                clamps,
                routes,
                strategy(sets),
                previous(sets, removes),
                sets.stream().filter(name -> spec(name).secretsRequired()).toList());
    }

    private ProcessSpec spec(String process) {
        return target.manifest().process(process).orElseThrow();
    }

    private void release(NavigableSet<String> sets) {
        Map<String, Release> now = new TreeMap<>();
        for (String process : sets) {
            DesiredProcess running = present.processes().get(process);
            if (running != null) {
                now.put(running.release().id(), running.release());
            }
        }
        if (now.isEmpty()) {
            add("create", "release", target.releaseId(), target.label(), "image " + brief(target.imageDigest()));
            return;
        }
        boolean same = now.size() == 1 && now.containsKey(String.valueOf(target.releaseId()));
        if (same) {
            add("same", "release", target.releaseId(), target.label(), "");
            return;
        }
        String labels = now.values().stream()
                .map(release -> "v" + release.number())
                .distinct()
                .collect(Collectors.joining(", "));
        String images = now.values().stream()
                .map(release -> brief(release.image().digest()))
                .distinct()
                .collect(Collectors.joining(", "));
        String image = brief(target.imageDigest());
        add(
                "update",
                "release",
                target.releaseId(),
                labels + " -> " + target.label(),
                images.equals(image) ? "same image" : "image " + images + " -> " + image);
    }

    /** The first eight digits of a digest. */
    private static String brief(String digest) {
        String hex = digest.substring(digest.indexOf(':') + 1);
        return hex.substring(0, Math.min(8, hex.length()));
    }

    private void process(String name) {
        ProcessSpec spec = spec(name);
        DesiredProcess running = present.processes().get(name);
        int wanted = spec.scaling()
                .clamp(present.scales().getOrDefault(name, spec.scaling().min()));
        if (running == null) {
            add("create", "process", null, name, "starts " + wanted + " (" + ProcessDiff.size(spec.resources()) + ")");
            return;
        }
        boolean same = running.release().id().equals(target.releaseId())
                && running.desired().effectiveHash().equals(target.manifest().hash());
        if (same) {
            add("same", "process", null, name, "");
            return;
        }
        List<String> differences = new ArrayList<>();
        if (!running.release().image().digest().equals(target.imageDigest())) {
            differences.add("image");
        }
        String spelled = ProcessDiff.of(running.spec(), spec);
        if (!spelled.isEmpty()) {
            differences.add(spelled);
        }
        String what = differences.isEmpty() ? "release only" : String.join(", ", differences);
        add("update", "process", null, name, what + "; replaces " + wanted + " (" + how(spec) + ")");
    }

    private static String how(ProcessSpec spec) {
        return spec.strategy().equals("rolling")
                ? "rolling, surge " + spec.deploy().maxSurge()
                : "in place";
    }

    private void removal(String name) {
        DesiredProcess running = present.processes().get(name);
        int stops = present.scales()
                .getOrDefault(
                        name, running == null ? 0 : running.spec().scaling().min());
        changes.add(new Change("delete", "process", null, name, "stops " + stops, true));
    }

    private SortedMap<String, Integer> scales(NavigableSet<String> sets) {
        SortedMap<String, Integer> clamps = new TreeMap<>();
        for (String process : sets) {
            Integer stored = present.scales().get(process);
            if (stored != null && !spec(process).scaling().allows(stored)) {
                int allowed = spec(process).scaling().clamp(stored);
                clamps.put(process, allowed);
                String limit = allowed < stored ? "scaling.max" : "scaling.min";
                add("update", "scale", null, process, stored + " -> " + allowed + " (" + limit + ")");
            }
        }
        return clamps;
    }

    private List<RouteAction> routes() {
        List<RouteSpec> wanted = target.manifest().routes();
        if (wanted == null || !only.isEmpty()) {
            return List.of();
        }
        List<RouteAction> actions = RoutePlanner.plan(present.managedRoutes(), wanted);
        SortedMap<String, Change> shown = new TreeMap<>();
        present.managedRoutes()
                .forEach(route -> shown.put(
                        route.definition().name(),
                        new Change(
                                "same", "route", route.id(), route.definition().name(), "", false)));
        for (RouteAction action : actions) {
            Change change = shown(action);
            // A route that is replaced by one of another kind is both: the removal comes first.
            shown.put(change.name() + (action instanceof RouteAction.Create ? "+" : ""), change);
        }
        changes.addAll(shown.values());
        return actions;
    }

    private static Change shown(RouteAction action) {
        return switch (action) {
            case RouteAction.Create(RouteDefinition route) ->
                new Change("create", "route", null, route.name() + " -> " + route.target(), "", false);
            case RouteAction.Update(Route route, RouteDefinition wanted) ->
                new Change("update", "route", route.id(), wanted.name(), difference(route.definition(), wanted), false);
            case RouteAction.Delete(Route route) ->
                new Change("delete", "route", route.id(), route.definition().name(), "", true);
        };
    }

    private static String difference(RouteDefinition from, RouteDefinition to) {
        List<String> parts = new ArrayList<>();
        if (!from.target().equals(to.target())) {
            parts.add(from.target() + " -> " + to.target());
        }
        if (!from.proxyProtocol().equals(to.proxyProtocol())) {
            parts.add("proxy_protocol " + from.proxyProtocol() + " -> " + to.proxyProtocol());
        }
        if (!from.ipv4().equals(to.ipv4())) {
            parts.add("ipv4 " + from.ipv4() + " -> " + to.ipv4());
        }
        if (from.allowNoSni() != to.allowNoSni()) {
            parts.add("allow_no_sni " + from.allowNoSni() + " -> " + to.allowNoSni());
        }
        return parts.isEmpty() ? "settings" : String.join(", ", parts);
    }

    private String strategy(NavigableSet<String> sets) {
        Set<String> strategies =
                sets.stream().map(name -> spec(name).strategy()).collect(Collectors.toSet());
        return strategies.size() == 1 ? strategies.iterator().next() : "mixed";
    }

    private SortedMap<String, String> previous(NavigableSet<String> sets, NavigableSet<String> removes) {
        SortedMap<String, String> previous = new TreeMap<>();
        present.desired().forEach(desired -> {
            String release = desired.releaseId();
            if (release != null && (sets.contains(desired.processType()) || removes.contains(desired.processType()))) {
                previous.put(desired.processType(), release);
            }
        });
        return previous;
    }

    /** Without the release's number: a plan made before the release exists is the plan of its deploy. */
    private String hash(NavigableSet<String> sets) {
        ObjectNode hashed = Json.object()
                .put("env_id", present.envId())
                .put("image_digest", target.imageDigest())
                .put("effective_hash", target.manifest().hash());
        ArrayNode names = hashed.putArray("process_types");
        sets.forEach(names::add);
        ArrayNode lines = hashed.putArray("changes");
        changes.stream()
                .filter(change -> !change.kind().equals("release"))
                .forEach(change -> lines.addArray()
                        .add(change.op())
                        .add(change.kind())
                        .add(change.name())
                        .add(change.summary()));
        return Digests.ofJson(hashed);
    }

    private void add(String op, String kind, @Nullable String id, String name, String summary) {
        changes.add(new Change(op, kind, id, name, summary, false));
    }
}
