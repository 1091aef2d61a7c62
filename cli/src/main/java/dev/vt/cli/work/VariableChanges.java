package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import dev.vt.kernel.Json;
import dev.vt.manifest.EffectiveManifest;
import dev.vt.manifest.Manifest;
import dev.vt.manifest.ProcessSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What becomes of the variables of each process type, with values ({@code --show-values}). The server's plan names variables only;
 * values are in the manifests, which the person may read anyway. Secrets are in neither.
 */
final class VariableChanges {
    private VariableChanges() {}

    /** @param next the manifest that the plan is about */
    static Map<String, List<String>> of(Session session, Manifest next) {
        String env = session.target().env().str("name");
        Map<String, EffectiveManifest> releases = new TreeMap<>();
        Map<String, List<String>> lines = new TreeMap<>();
        Map<String, String> running = new TreeMap<>();
        session.api().list(session.target().envPath() + "/processes", "reading processes").stream()
                .filter(process -> !process.str("release_id").isEmpty())
                .forEach(process -> running.put(process.str("process_type"), process.str("release_id")));
        next.effective(env).processes().forEach((type, spec) -> {
            NavigableMap<String, String> before = new TreeMap<>();
            String release = running.get(type);
            if (release != null) {
                releases.computeIfAbsent(release, id -> ofRelease(session, id).effective(env))
                        .process(type)
                        .map(ProcessSpec::vars)
                        .ifPresent(before::putAll);
            }
            lines.put(type, compare(before, spec.vars()));
        });
        return lines;
    }

    static Manifest ofRelease(Session session, String releaseId) {
        Doc release = session.api()
                .get(session.target().orgPath() + "/releases/" + releaseId, "reading release " + releaseId);
        return Manifest.ofNormalized(
                Json.parse(JsonWriter.line(release.get("manifest")).getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> compare(Map<String, String> before, Map<String, String> after) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        List<String> lines = new ArrayList<>();
        for (String name : names) {
            String old = before.get(name);
            String now = after.get(name);
            if (old == null) {
                lines.add("+ " + name + "=" + now);
            } else if (now == null) {
                lines.add("- " + name + "=" + old);
            } else if (!old.equals(now)) {
                lines.add("~ " + name + "=" + old + " -> " + now);
            }
        }
        return lines;
    }
}
