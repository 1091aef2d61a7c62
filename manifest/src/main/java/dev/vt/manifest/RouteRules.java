package dev.vt.manifest;

import static dev.vt.manifest.FindingCode.E_DUPLICATE;
import static dev.vt.manifest.FindingCode.E_HOSTNAME;
import static dev.vt.manifest.FindingCode.E_MISSING_KEY;
import static dev.vt.manifest.FindingCode.E_PROCESS_UNKNOWN;
import static dev.vt.manifest.FindingCode.E_ROUTE_PROXY_ACK;
import static dev.vt.manifest.FindingCode.W_NO_HEALTH;

import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Place;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Rules of the {@code routes} list: targets that exist, names that are names, no two routes for one connection. */
final class RouteRules {
    private final Fields root;
    private final Map<String, Table> processes;
    private final Findings findings;

    /** By port: {@code *} for a raw route, which owns the port, or the hostnames of the others. */
    private final Map<Long, Map<String, Place>> taken = new HashMap<>();

    RouteRules(Fields root, Map<String, Table> processes, Findings findings) {
        this.root = root;
        this.processes = processes;
        this.findings = findings;
    }

    void check() {
        for (Fields route : root.elements("routes")) {
            target(route);
            boolean raw = route.text("kind").map(Text::value).orElse("").equals("tcp_raw");
            Optional<String> hostname = hostname(route, raw);
            if (raw || hostname.isPresent()) {
                taken(route, raw ? "*" : hostname.orElseThrow());
            }
            if (route.text("proxy_protocol").map(Text::value).orElse("off").equals("v2")
                    && !route.isTrue("backend_expects_proxy_protocol")) {
                Place at = route.any("proxy_protocol").map(TomlNode::at).orElse(route.at());
                findings.add(
                        E_ROUTE_PROXY_ACK,
                        at,
                        "needs backend_expects_proxy_protocol = true: without it the process would take the header for data");
            }
        }
    }

    private void target(Fields route) {
        Text name = route.text("process").orElse(null);
        if (name == null) {
            return;
        }
        Table process = processes.get(name.value());
        if (process == null) {
            findings.add(E_PROCESS_UNKNOWN, name.at(), "no process has this name", name.value(), processes.keySet());
            return;
        }
        route.any("port").ifPresent(port -> {
            if (RuleCheck.isDeclared(port, new Fields(process), "process " + name.value(), findings)
                    && !process.entries().containsKey("health")) {
                findings.add(
                        W_NO_HEALTH,
                        port.at(),
                        "process " + name.value() + " has no health check: it counts as ready after 2 s");
            }
        });
    }

    private Optional<String> hostname(Fields route, boolean raw) {
        if (!route.has("hostname") && !raw) {
            findings.add(
                    E_MISSING_KEY,
                    new Place(
                            route.at().child("hostname"),
                            route.at().line(),
                            route.at().column()),
                    "hostname is required unless kind = \"tcp_raw\"");
        }
        return route.text("hostname").flatMap(given -> {
            Optional<String> normal = Hostnames.normalize(given.value());
            if (normal.isEmpty()) {
                findings.add(
                        E_HOSTNAME,
                        given.at(),
                        given.value().contains("*")
                                ? "wildcards are not supported; list the names"
                                : "must be a DNS name of at least two labels");
            }
            return normal;
        });
    }

    private void taken(Fields route, String name) {
        long port = route.whole("listen_port").map(Whole::value).orElse(443L);
        Map<String, Place> names = taken.computeIfAbsent(port, p -> new HashMap<>());
        boolean clash = names.containsKey(name) || names.containsKey("*") || (name.equals("*") && !names.isEmpty());
        if (clash) {
            findings.add(
                    E_DUPLICATE,
                    route.at(),
                    name.equals("*") || names.containsKey("*")
                            ? "port " + port + " is used by another route, and a tcp_raw route shares none"
                            : "two routes for " + name + " on port " + port);
        } else {
            names.put(name, route.at());
        }
    }
}
