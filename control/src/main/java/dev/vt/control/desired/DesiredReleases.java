package dev.vt.control.desired;

import dev.vt.control.env.Env;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.OrgScope;
import dev.vt.control.release.Release;
import dev.vt.control.release.Releases;
import dev.vt.manifest.EffectiveManifest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What other nouns may know of the desired releases of environments. Thread-safe. */
public final class DesiredReleases {
    private final StateReader state;
    private final Releases releases;

    public DesiredReleases(StateReader state, Releases releases) {
        this.state = state;
        this.releases = releases;
    }

    /** By process type; also those that are to be gone. */
    public List<DesiredRelease> of(String envId) {
        return state.read(handle -> handle.createQuery(
                        "SELECT * FROM env_desired_releases WHERE env_id = :env ORDER BY process_type")
                .bind("env", envId)
                .map((row, context) -> DesiredRelease.of(row))
                .list());
    }

    /** The names of the process types that shall run. */
    public List<String> processTypes(String envId) {
        return of(envId).stream()
                .filter(desired -> desired.releaseId() != null)
                .map(DesiredRelease::processType)
                .toList();
    }

    /** What shall run in the environment, by process type. */
    public SortedMap<String, DesiredProcess> processes(Env env) {
        OrgScope org = new OrgScope(Objects.requireNonNull(env.row().orgId()));
        Map<String, Release> known = new HashMap<>();
        Map<String, EffectiveManifest> manifests = new HashMap<>();
        SortedMap<String, DesiredProcess> out = new TreeMap<>();
        for (DesiredRelease desired : of(env.id())) {
            String id = desired.releaseId();
            if (id != null) {
                Release release = known.computeIfAbsent(id, wanted -> releases.require(org, wanted));
                manifests
                        .computeIfAbsent(id, wanted -> release.manifest().effective(env.name()))
                        .process(desired.processType())
                        .ifPresent(spec -> out.put(desired.processType(), new DesiredProcess(desired, release, spec)));
            }
        }
        return out;
    }

    public Optional<DesiredProcess> process(Env env, String processType) {
        return Optional.ofNullable(processes(env).get(processType));
    }
}
