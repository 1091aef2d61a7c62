package dev.vt.cli.core;

import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * What a command is about (cli.md §2): per field the flag, then {@code VT_*}, then the manifest of the working directory (app
 * and project only), then the context. Nothing is guessed. Names are turned into ids by asking the server, once.
 */
public final class Target {
    private final Session session;
    private final Map<String, Found> given = new TreeMap<>();
    private final Map<String, Doc> resolved = new TreeMap<>();
    private @Nullable TomlParseResult manifest;

    private record Found(String value, String source) {}

    Target(Session session) {
        this.session = session;
    }

    public boolean has(String field) {
        return find(field) != null;
    }

    public Doc org() {
        return resolve("org", () -> "/v1/orgs");
    }

    public String orgPath() {
        return "/v1/orgs/" + org().str("id");
    }

    public Doc project() {
        return resolve("project", () -> orgPath() + "/projects");
    }

    public Doc app() {
        return resolve(
                "app",
                () -> ApiClient.path(
                        orgPath() + "/apps",
                        "project_id",
                        has("project") ? project().str("id") : ""));
    }

    public Doc env() {
        return resolve("env", () -> orgPath() + "/apps/" + app().str("id") + "/envs");
    }

    public String envPath() {
        return orgPath() + "/envs/" + env().str("id");
    }

    /** {@code acme/web/shop@prod}, with as many parts as were resolved. */
    public String label() {
        StringBuilder out = new StringBuilder();
        for (String field : List.of("org", "project", "app")) {
            Doc doc = resolved.get(field);
            if (doc == null && field.equals("project") && resolved.containsKey("app")) {
                doc = session.api()
                        .get(orgPath() + "/projects/" + app().str("project_id"), "reading the project of the app");
                resolved.put("project", doc);
            }
            if (doc != null) {
                out.append(out.isEmpty() ? "" : "/").append(doc.str("name"));
            }
        }
        Doc env = resolved.get("env");
        return env == null ? out.toString() : out + "@" + env.str("name");
    }

    /** Says where each resolved field came from ({@code --verbose}). */
    public void explain() {
        given.forEach((field, found) ->
                session.err().println("target: " + field + "=" + found.value() + " from " + found.source()));
    }

    private Doc resolve(String field, java.util.function.Supplier<String> collection) {
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
        Doc doc = lookUp(session.api(), field, found.value(), collection.get());
        resolved.put(field, doc);
        if (session.globals().verbose) {
            session.err().println("target: " + field + "=" + found.value() + " from " + found.source());
        }
        return doc;
    }

    /** Finds one resource by id or name; an ambiguous name lists its candidates. */
    public static Doc lookUp(ApiClient api, String kind, String nameOrId, String collection) {
        boolean isId = nameOrId.matches("[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}");
        List<Doc> items = api.list(
                isId ? collection : collection + (collection.contains("?") ? "&" : "?") + "name=" + encode(nameOrId),
                "finding " + kind + " " + nameOrId);
        List<Doc> matching = items.stream()
                .filter(item -> item.str(isId ? "id" : "name").equals(nameOrId))
                .toList();
        if (matching.isEmpty()) {
            throw new CliException(CliError.of(
                    "not_found",
                    4,
                    "not_found",
                    "there is no " + kind + " '" + nameOrId + "'",
                    "vt " + kind + "s list"));
        }
        if (matching.size() > 1) {
            String ids = String.join(
                    ", ", matching.stream().map(item -> item.str("id")).toList());
            throw new CliException(CliError.usage(
                    "invalid_argument", kind + " '" + nameOrId + "' is ambiguous: " + ids, "name one of these ids"));
        }
        return matching.getFirst();
    }

    private static String encode(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8);
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
        Path file = session.shell().workingDirectory().resolve("vt.toml");
        if (manifest == null) {
            if (!Files.isRegularFile(file)) {
                return null;
            }
            try {
                manifest = Toml.parse(file);
            } catch (IOException | TomlParseError e) {
                return null;
            }
        }
        return manifest.get(path) instanceof String text ? text : null;
    }
}
