package dev.vt.control.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.feature.Feature;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Handler;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.Batch;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The public endpoints. */
public final class ServiceFeature implements Feature {
    /** Of the program. */
    public static final String VERSION = "0.1.0";

    private static final Pattern SCHEMA_NAME = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*");
    private static final List<String> SCHEMAS = List.of("vt.receipt/v1", "vt.error/v1");

    private final List<String> features;
    private final Supplier<ObjectNode> openApi;
    private final Supplier<Map<String, String>> readiness;
    private final Supplier<ClusterConfig.Limits> configured;

    /**
     * @param features names of what this server has
     * @param openApi the merged document
     * @param readiness per check {@code ok} or what is wrong
     */
    public ServiceFeature(
            List<String> features,
            Supplier<ObjectNode> openApi,
            Supplier<Map<String, String>> readiness,
            Supplier<ClusterConfig.Limits> configured) {
        this.features = List.copyOf(features);
        this.openApi = openApi;
        this.readiness = readiness;
        this.configured = configured;
    }

    @Override
    public String name() {
        return "service";
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(
                get("service.health", "/healthz", call -> Reply.ok(health("ok", Map.of()))),
                get("service.ready", "/readyz", this::ready),
                get("service.version", "/v1/version", call -> Reply.ok(version())),
                get("service.capabilities", "/v1/capabilities", call -> Reply.ok(capabilities())),
                get("service.openapi", "/v1/openapi.json", call -> Reply.ok(openApi.get())),
                get("service.schema", "/v1/schemas/{name}", this::schema));
    }

    private static Endpoint get(String operation, String path, Handler handler) {
        return Endpoint.get(operation, path, Access.anonymous(), handler);
    }

    private Reply ready(Call call) {
        Map<String, String> checks = readiness.get();
        boolean ok = checks.values().stream().allMatch("ok"::equals);
        return new Reply.Document(ok ? 200 : 503, health(ok ? "ok" : "not_ready", checks), Map.of());
    }

    private static ObjectNode health(String status, Map<String, String> checks) {
        ObjectNode out = Json.object().put("status", status);
        ObjectNode details = out.putObject("checks");
        checks.forEach(details::put);
        return out;
    }

    private static ObjectNode version() {
        return Json.object().put("version", VERSION).put("api", "v1");
    }

    private ObjectNode capabilities() {
        ObjectNode out = version();
        ArrayNode names = out.putArray("features");
        features.stream().sorted().forEach(names::add);
        ArrayNode schemas = out.putArray("schemas");
        SCHEMAS.forEach(schemas::add);
        ClusterConfig.Limits limits = configured.get();
        out.putObject("limits")
                .put("body_bytes", limits.body().bytes())
                .put("page_items", limits.pageItems())
                .put("event_page_items", limits.eventPageItems())
                .put("batch_events", Batch.MAX_EVENTS);
        return out;
    }

    private Reply schema(Call call) {
        String name = call.pathParameter("name").replaceFirst("\\.json$", "");
        if (!SCHEMA_NAME.matcher(name).matches()) {
            throw Refusals.notFound();
        }
        try (InputStream in = ServiceFeature.class.getResourceAsStream("/dev/vt/api/schemas/" + name + ".json")) {
            if (in == null) {
                throw Refusals.notFound();
            }
            return Reply.ok(Json.parse(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the schema " + name, e);
        }
    }
}
