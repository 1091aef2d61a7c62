package dev.vt.cli.core;

import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a command is about (cli.md §2): per field the flag, then {@code VT_*}, then the manifest of the working directory (app
 * and project only), then the context. Nothing is guessed. Names are turned into ids by asking the server, once.
 */
public final class Target {
    private final Session session;
    private final Map<String, Found> given = new TreeMap<>();
    private final Map<String, Doc> resolved = new TreeMap<>();
    private @Nullable Map<String, String> manifest;

    private record Found(String value, String source) {}

    Target(Session session) {
        this.session = session;
    }

    public boolean has(String field) {
        return find(field) != null;
    }

    /** What names the target, resolved or not: {@code org=acme app=shop}. */
    public String given() {
        StringBuilder out = new StringBuilder();
        for (String field : List.of("org", "project", "app", "env")) {
            Found found = find(field);
            out.append(found == null ? "" : field + "=" + found.value() + " ");
        }
        return out.toString().strip();
    }

    /** Whether an environment can be found: by its id alone, or by its name and an app. */
    public boolean hasEnv() {
        Found env = find("env");
        return env != null && (isId(env.value()) || has("app"));
    }

    public static boolean isId(String text) {
        return text.matches("[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}");
    }

    public Doc org() {
        return resolve("org", () -> "/v1/orgs", () -> "/v1/orgs");
    }

    public String orgPath() {
        return "/v1/orgs/" + org().str("id");
    }

    public Doc project() {
        return resolve("project", () -> orgPath() + "/projects", () -> orgPath() + "/projects");
    }

    public Doc app() {
        return resolve(
                "app",
                () -> ApiClient.path(
                        orgPath() + "/apps",
                        "project_id",
                        has("project") ? project().str("id") : ""),
                () -> orgPath() + "/apps");
    }

    public Doc env() {
        return resolve("env", () -> orgPath() + "/apps/" + app().str("id") + "/envs", () -> orgPath() + "/envs");
    }

    public String envPath() {
        return orgPath() + "/envs/" + env().str("id");
    }

    /** {@code acme/web/shop@prod}, with as many parts as were resolved. */
    public String label() {
        StringBuilder out = new StringBuilder();
        for (String field : List.of("org", "project", "app")) {
            Doc doc = resolved.get(field);
            if (doc == null) {
                doc = parent(field);
            }
            if (doc != null) {
                out.append(out.isEmpty() ? "" : "/").append(doc.str("name"));
            }
        }
        Doc env = resolved.get("env");
        return env == null ? out.toString() : out + "@" + env.str("name");
    }

    /** What a resolved child says it belongs to: the app of an environment that was given by id, the project of an app. */
    private @Nullable Doc parent(String field) {
        Doc child = resolved.get(field.equals("app") ? "env" : "app");
        if (child == null && field.equals("project")) {
            child = resolved.get("env");
        }
        if (child == null || field.equals("org") || child.str(field + "_id").isEmpty()) {
            return null;
        }
        Doc doc = session.api().get(orgPath() + "/" + field + "s/" + child.str(field + "_id"), "reading the " + field);
        resolved.put(field, doc);
        return doc;
    }

    /** Asks for an id directly, and looks for a name in the collection. */
    private Doc resolve(String field, Supplier<String> collection, Supplier<String> items) {
        Doc known = resolved.get(field);
        if (known != null) {
            return known;
        }
        Found found = find(field);
        if (found == null) {
            throw new CliException(CliError.usage(
                    "target_missing",
                    "which " + field + "? Nothing names one",
                    "add --" + field + " NAME, or set VT_" + field.toUpperCase(Locale.ROOT)));
        }
        Doc doc = isId(found.value())
                ? session.api().get(items.get() + "/" + found.value(), "reading " + field + " " + found.value())
                : lookUp(session.api(), field, found.value(), collection.get());
        resolved.put(field, doc);
        if (session.globals().verbose) {
            session.err().println("target: " + field + "=" + found.value() + " from " + found.source());
        }
        return doc;
    }

    /** Finds one resource by id or name; an ambiguous name lists its candidates. */
    public static Doc lookUp(ApiClient api, String kind, String nameOrId, String collection) {
        boolean isId = isId(nameOrId);
        List<Doc> items = api.list(
                isId ? collection : ApiClient.path(collection, "name", nameOrId), "finding " + kind + " " + nameOrId);
        return only(
                kind,
                nameOrId,
                items.stream()
                        .filter(item -> item.str(isId ? "id" : "name").equals(nameOrId))
                        .toList());
    }

    /** @throws CliException if there is none, or more than one */
    public static Doc only(String kind, String nameOrId, List<Doc> matching) {
        if (matching.isEmpty()) {
            String list = kind.equals("process") ? "processes" : kind + "s";
            throw new CliException(CliError.of(
                    "not_found",
                    4,
                    "not_found",
                    "there is no " + kind + " '" + nameOrId + "'",
                    "vt " + list + " list"));
        }
        if (matching.size() > 1) {
            String ids = String.join(
                    ", ", matching.stream().map(item -> item.str("id")).toList());
            throw new CliException(CliError.usage(
                    "invalid_argument", kind + " '" + nameOrId + "' is ambiguous: " + ids, "name one of these ids"));
        }
        return matching.getFirst();
    }

    private @Nullable Found find(String field) {
        Found known = given.get(field);
        if (known != null) {
            return known;
        }
        Found found = search(field);
        if (found != null) {
            given.put(field, found);
        }
        return found;
    }

    private @Nullable Found search(String field) {
        Globals globals = session.globals();
        String flag = switch (field) {
            case "org" -> globals.org;
            case "project" -> globals.project;
            case "app" -> globals.app;
            default -> globals.env;
        };
        if (flag != null) {
            return new Found(flag, "--" + field);
        }
        String variable = "VT_" + field.toUpperCase(Locale.ROOT);
        String fromEnvironment = session.shell().env().getOrDefault(variable, "");
        if (!fromEnvironment.isEmpty()) {
            return new Found(fromEnvironment, variable);
        }
        if (field.equals("app") || field.equals("project")) {
            String fromManifest = manifestField(field.equals("app") ? "app.name" : "app.project");
            if (fromManifest != null) {
                return new Found(fromManifest, "vt.toml");
            }
        }
        String fromContext = session.context().getOrDefault(field, "");
        return fromContext.isEmpty() ? null : new Found(fromContext, "context");
    }

    private @Nullable String manifestField(String path) {
        if (manifest == null) {
            manifest = ManifestTarget.read(session.shell().workingDirectory().resolve("vt.toml"));
        }
        return manifest.get(path);
    }
}
