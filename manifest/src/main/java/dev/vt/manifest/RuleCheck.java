package dev.vt.manifest;

import static dev.vt.manifest.FindingCode.E_DUPLICATE;
import static dev.vt.manifest.FindingCode.E_MISSING_KEY;
import static dev.vt.manifest.FindingCode.E_MOUNT_PATH;
import static dev.vt.manifest.FindingCode.E_PORT_UNDECLARED;
import static dev.vt.manifest.FindingCode.E_PROCESS_UNKNOWN;
import static dev.vt.manifest.FindingCode.E_RANGE;
import static dev.vt.manifest.FindingCode.E_RESTART_RETRIES;
import static dev.vt.manifest.FindingCode.E_SECRET_VALUE;
import static dev.vt.manifest.FindingCode.E_VALUE;
import static dev.vt.manifest.FindingCode.E_VOLUME_REPLICA_LIMIT;
import static dev.vt.manifest.FindingCode.E_VOLUME_SHARED;
import static dev.vt.manifest.FindingCode.E_VOLUME_UNKNOWN;
import static dev.vt.manifest.FindingCode.W_SECRET_NAME;
import static dev.vt.manifest.FindingCode.W_TAG;

import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Place;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rules that join several keys, over a whole document: the base, or the merged one of an environment. */
final class RuleCheck {
    private static final List<String> RESERVED_PATHS = List.of("/proc", "/sys", "/dev", "/run/secrets", "/run/vt");

    private final Fields root;
    private final Findings findings;
    private final Map<String, Table> processes;

    private RuleCheck(Table root, Findings findings) {
        this.root = new Fields(root);
        this.findings = findings;
        this.processes = this.root.tables("processes");
    }

    static void check(Table root, Findings findings) {
        RuleCheck rules = new RuleCheck(root, findings);
        rules.image();
        rules.variables(rules.root.sub("env"));
        rules.rollout(rules.root.sub("deploy"), rules.root.sub("deploy"));
        rules.volumes();
        rules.processes.forEach((name, process) -> rules.process(new Fields(process)));
        new RouteRules(rules.root, rules.processes, findings).check();
    }

    private void image() {
        root.sub("image").text("ref").ifPresent(ref -> {
            if (ManifestSchema.IMAGE_REF.matcher(ref.value()).matches()
                    && !ref.value().contains("@")) {
                findings.add(W_TAG, ref.at(), "a tag can move; the release keeps the digest it points at now");
            }
        });
    }

    private void variables(Fields owner) {
        owner.textTable("vars").forEach((name, value) -> {
            Optional<String> secret = SecretForms.find(value.value());
            if (secret.isPresent()) {
                findings.add(
                        E_SECRET_VALUE,
                        value.at(),
                        "holds " + secret.get() + "; manifests are kept for ever, use vt secrets set");
            } else if (SecretForms.isCredentialName(name)) {
                findings.add(W_SECRET_NAME, value.at(), "is named like a credential; use vt secrets set for one");
            }
        });
    }

    private void process(Fields process) {
        variables(process);
        Fields restart = process.sub("restart");
        if (!restart.text("policy").map(Text::value).orElse("always").equals("on-failure")) {
            restart.any("max_retries")
                    .ifPresent(retries -> findings.add(
                            E_RESTART_RETRIES, retries.at(), "only has a meaning with policy = \"on-failure\""));
        }
        ports(process);
        health(process);
        mounts(process);
        scaling(process);
        placement(process.sub("placement"));
        if (process.elements("mounts").isEmpty()) {
            rollout(process.sub("deploy"), root.sub("deploy"));
        }
    }

    private void ports(Fields process) {
        Set<Long> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Fields port : process.elements("ports")) {
            port.whole("internal").ifPresent(number -> {
                if (!numbers.add(number.value())) {
                    findings.add(E_DUPLICATE, number.at(), "port " + number.value() + " is declared twice");
                }
            });
            portName(port).ifPresent(name -> {
                if (!names.add(name)) {
                    Place at = port.any("name").map(TomlNode::at).orElse(port.at());
                    findings.add(E_DUPLICATE, at, "two ports are named " + name);
                }
            });
        }
    }

    private static Optional<String> portName(Fields port) {
        return port.text("name")
                .map(Text::value)
                .or(() -> port.whole("internal").map(number -> "p" + number.value()));
    }

    /** Whether the process declares what a name or number refers to; reports it if not. */
    static boolean isDeclared(TomlNode reference, Fields process, String whose, Findings findings) {
        List<String> names = new ArrayList<>();
        for (Fields port : process.elements("ports")) {
            Optional<Long> number = port.whole("internal").map(Whole::value);
            Optional<String> name = portName(port);
            name.ifPresent(names::add);
            boolean same = switch (reference) {
                case Whole wanted -> number.isPresent() && number.get() == wanted.value();
                case Text wanted -> name.isPresent() && name.get().equals(wanted.value());
                default -> true;
            };
            if (same) {
                return true;
            }
        }
        if (reference instanceof Text wanted) {
            findings.add(
                    E_PORT_UNDECLARED, wanted.at(), whose + " declares no port of this name", wanted.value(), names);
        } else if (reference instanceof Whole wanted) {
            findings.add(E_PORT_UNDECLARED, wanted.at(), whose + " declares no port " + wanted.value());
        }
        return false;
    }

    private void health(Fields process) {
        Fields health = process.sub("health");
        health.any("port").ifPresent(port -> isDeclared(port, process, "the process", findings));
        boolean http = health.text("type").map(Text::value).orElse("tcp").equals("http");
        if (http && !health.has("path")) {
            findings.add(
                    E_MISSING_KEY,
                    new Place(
                            health.at().child("path"),
                            health.at().line(),
                            health.at().column()),
                    "path is required for an http check");
        } else if (!http) {
            health.any("path")
                    .ifPresent(path -> findings.add(E_VALUE, path.at(), "only has a meaning with type = \"http\""));
        }
        long interval = health.whole("interval_seconds").map(Whole::value).orElse(10L);
        long timeout = health.whole("timeout_seconds").map(Whole::value).orElse(2L);
        if (timeout > interval) {
            findings.add(
                    E_RANGE,
                    culprit(health, "timeout_seconds", "interval_seconds"),
                    "timeout_seconds must be at most interval_seconds (" + interval + ")");
        }
    }

    private void scaling(Fields process) {
        Fields scaling = process.sub("scaling");
        boolean mounts = !process.elements("mounts").isEmpty();
        long min = scaling.whole("min").map(Whole::value).orElse(1L);
        long max = scaling.whole("max").map(Whole::value).orElse(mounts ? 1L : 100L);
        if (mounts && (max > 1 || min > 1)) {
            findings.add(
                    E_VOLUME_REPLICA_LIMIT,
                    culprit(scaling, max > 1 ? "max" : "min", "min"),
                    "a process with mounts has at most one replica");
        } else if (max < min) {
            findings.add(
                    E_RANGE, culprit(scaling, "max", "min"), "scaling.max must be at least scaling.min (" + min + ")");
        }
    }

    private void placement(Fields placement) {
        for (String key : List.of("apart", "together")) {
            for (Text name : placement.texts(key)) {
                if (!processes.containsKey(name.value())) {
                    findings.add(
                            E_PROCESS_UNKNOWN, name.at(), "no process has this name", name.value(), processes.keySet());
                }
            }
        }
    }

    private void rollout(Fields own, Fields shared) {
        if (number(own, shared, "max_surge", 1) == 0 && number(own, shared, "max_unavailable", 0) == 0) {
            findings.add(
                    E_RANGE,
                    own.has("max_surge") || own.has("max_unavailable")
                            ? culprit(own, "max_surge", "max_unavailable")
                            : culprit(shared, "max_surge", "max_unavailable"),
                    "max_surge and max_unavailable must not both be 0");
        }
        long startup = number(own, shared, "startup_timeout_seconds", 120);
        if (number(own, shared, "progress_timeout_seconds", 600) < startup) {
            findings.add(
                    E_RANGE,
                    own.has("progress_timeout_seconds") || own.has("startup_timeout_seconds")
                            ? culprit(own, "progress_timeout_seconds", "startup_timeout_seconds")
                            : culprit(shared, "progress_timeout_seconds", "startup_timeout_seconds"),
                    "progress_timeout_seconds must be at least startup_timeout_seconds (" + startup + ")");
        }
    }

    private static long number(Fields own, Fields shared, String key, long otherwise) {
        return own.whole(key).or(() -> shared.whole(key)).map(Whole::value).orElse(otherwise);
    }

    /** The one of some keys that an environment set, since the others hold without it; else the first that is there. */
    private static Place culprit(Fields table, String... keys) {
        Place found = null;
        for (String key : keys) {
            Place at = table.any(key).map(TomlNode::at).orElse(null);
            if (at != null && (found == null || isOverride(at) && !isOverride(found))) {
                found = at;
            }
        }
        return found == null ? table.at() : found;
    }

    private static boolean isOverride(Place place) {
        return place.path().startsWith(Overrides.ENVIRONMENTS + ".");
    }

    private void volumes() {
        Set<String> names = new HashSet<>();
        for (Fields volume : root.elements("volumes")) {
            volume.text("name").ifPresent(name -> {
                if (!names.add(name.value())) {
                    findings.add(E_DUPLICATE, name.at(), "two volumes are named " + name.value());
                }
            });
        }
        Map<String, String> users = new HashMap<>();
        processes.forEach((process, table) -> {
            Set<String> own = new HashSet<>();
            for (Fields mount : new Fields(table).elements("mounts")) {
                mount.text("volume").ifPresent(volume -> {
                    if (!names.contains(volume.value())) {
                        findings.add(E_VOLUME_UNKNOWN, volume.at(), "no volume has this name", volume.value(), names);
                    } else if (!own.add(volume.value())) {
                        findings.add(E_DUPLICATE, volume.at(), "the process mounts this volume twice");
                    } else if (!users.computeIfAbsent(volume.value(), v -> process)
                            .equals(process)) {
                        findings.add(
                                E_VOLUME_SHARED,
                                volume.at(),
                                "process " + users.get(volume.value()) + " mounts this volume already");
                    }
                });
            }
        });
    }

    private void mounts(Fields process) {
        List<String> paths = new ArrayList<>();
        for (Fields mount : process.elements("mounts")) {
            mount.text("path").ifPresent(path -> {
                Optional<String> problem = mountProblem(path.value(), paths);
                if (problem.isPresent()) {
                    findings.add(paths.contains(path.value()) ? E_DUPLICATE : E_MOUNT_PATH, path.at(), problem.get());
                } else {
                    paths.add(path.value());
                }
            });
        }
    }

    private static Optional<String> mountProblem(String path, List<String> others) {
        if (others.contains(path)) {
            return Optional.of("the process mounts two volumes here");
        }
        if (!path.startsWith("/") || path.equals("/")) {
            return Optional.of("must be an absolute path below /");
        }
        for (String part : path.substring(1).split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return Optional.of("must have no empty part, no . and no ..");
            }
        }
        return RESERVED_PATHS.stream()
                .filter(reserved -> overlaps(path, reserved))
                .findFirst()
                .map(reserved -> "must not be at, above or below " + reserved)
                .or(() -> others.stream()
                        .filter(other -> overlaps(path, other))
                        .findFirst()
                        .map(other -> "must not be nested with the mount at " + other));
    }

    private static boolean overlaps(String a, String b) {
        return a.equals(b) || a.startsWith(b + "/") || b.startsWith(a + "/");
    }
}
