package dev.vt.control.route;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.edge.Edge;
import dev.vt.control.edge.Edges;
import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.env.Protection;
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
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.placement.Backends;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.Hostnames;
import dev.vt.manifest.ProcessSpec;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class RouteHandlers {
    /** Where to: {@code port} is a number or the name of a declared port. */
    record TargetBody(
            @Nullable String processType, @Nullable JsonNode port) {}

    /** Body of a creation; of an update, absent means unchanged. */
    record Body(
            @Nullable String kind,
            @Nullable String hostname,
            @Nullable Integer listenPort,
            @Nullable TargetBody target,
            @Nullable String proxyProtocol,
            @Nullable Boolean backendExpectsProxyProtocol,
            @Nullable List<String> proxyTlvs,
            @Nullable String ipv4,
            @Nullable Boolean allowNoSni,
            @Nullable String balance,
            @Nullable Integer maxConnections,
            @Nullable Boolean terminateOnDelete) {}

    private static final String PATH = "/v1/orgs/{org_id}/envs/{env_id}/routes";
    private static final String ENDPOINTS = "/v1/orgs/{org_id}/envs/{env_id}/endpoints";
    private static final String ITEM = "/v1/orgs/{org_id}/routes/{route_id}";
    private static final Set<String> KINDS = Set.of(RouteDefinition.TLS, RouteDefinition.RAW, "http_terminate");
    private static final Set<String> TLVS = Set.of("authority", "unique_id", "route_id", "crc32c");

    private static final int MOST_CONNECTIONS = 10_000_000;

    private final Mutations mutations;
    private final StateReader state;
    private final Envs envs;
    private final Routes routes;
    private final DesiredReleases desired;

    RouteHandlers(Mutations mutations, StateReader state, Envs envs, Routes routes, DesiredReleases desired) {
        this.mutations = mutations;
        this.state = state;
        this.envs = envs;
        this.routes = routes;
        this.desired = desired;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("routes:read");
        Access write = Access.org("routes:write");
        return List.of(
                Endpoint.list("routes.list", PATH, read, Set.of("hostname", "include_deleted"), this::list),
                Endpoint.post("routes.create", PATH, write, this::create),
                Endpoint.list("endpoints.list", ENDPOINTS, read, Set.of("hostname"), this::endpointList),
                Endpoint.get("routes.get", ITEM, read, this::get),
                Endpoint.patch("routes.update", ITEM, write, this::update),
                Endpoint.delete("routes.delete", ITEM, write, this::delete));
    }

    private Reply list(Call call) {
        Env env = envs.require(call.org(), call.pathParameter("env_id"));
        return state.read(handle -> ListQuery.of("routes")
                .in(call.org())
                .equal("env_id", env.id())
                .filter(call, "hostname")
                .live(call)
                .page(call, handle, (row, context) -> Route.of(row).json()));
    }

    /** Routes as they look from outside (R6). */
    private Reply endpointList(Call call) {
        Env env = envs.require(call.org(), call.pathParameter("env_id"));
        return state.read(handle -> {
            List<Edge> edges = Edges.serving(handle);
            return ListQuery.of("routes")
                    .in(call.org())
                    .equal("env_id", env.id())
                    .filter(call, "hostname")
                    .live()
                    .page(call, handle, (row, context) -> {
                        Route route = Route.of(row);
                        return RouteEndpoint.of(
                                        route, edges, Edges.of(handle, route.id()), Backends.count(handle, route.id()))
                                .json(route);
                    });
        });
    }

    private Reply get(Call call) {
        return Reply.resource(living(call).json());
    }

    private Reply create(Call call) {
        Body body = call.body(Body.class);
        checkCreate(body);
        return mutations.run(
                call,
                draft -> {
                    Env env = envs.require(call.org(), call.pathParameter("env_id"));
                    RouteDefinition route = definition(env, body);
                    String id = draft.newId("rt");
                    draft.require(new Precondition.Alive(env.key()), ErrorCode.NOT_FOUND, "the environment is gone")
                            .id("env", env.id())
                            .id("route", id)
                            .resource(id)
                            .created();
                    RouteWriter writer = new RouteWriter(routes, draft, env, null);
                    if (writer.create(id, route, facts(draft, env, route))) {
                        draft.change(
                                new Change("create", "route", id, route.name() + " -> " + route.target(), "", false));
                        Audit.allowed(draft, call, "routes.create", id);
                    }
                    writer.finish();
                },
                reader(call));
    }

    private static void checkCreate(Body body) {
        Checks checks = new Checks()
                .oneOf("/kind", Objects.requireNonNullElse(body.kind(), RouteDefinition.TLS), KINDS)
                .required("/target", body.target());
        if (body.target() != null) {
            checks.required("/target/process_type", body.target().processType())
                    .required("/target/port", body.target().port());
        }
        checkSettings(checks, body);
        checks.that(
                body.hostname() != null || RouteDefinition.RAW.equals(body.kind()),
                "/hostname",
                "is required unless kind is tcp_raw");
        checks.that(
                body.listenPort() != null || !RouteDefinition.RAW.equals(body.kind()),
                "/listen_port",
                "is required for tcp_raw");
        checks.done();
        if ("http_terminate".equals(body.kind())) {
            throw new ProblemException(
                    Problem.of(ErrorCode.NOT_SUPPORTED, "routes of kind http_terminate are not supported yet")
                            .withHint("terminate TLS in the process and use tls_passthrough"));
        }
    }

    private static void checkSettings(Checks checks, Body body) {
        Integer port = body.listenPort();
        checks.between("/listen_port", port == null ? 443L : port.longValue(), 1, 65_535);
        oneOf(checks, "/proxy_protocol", body.proxyProtocol(), Set.of("off", "v2"));
        oneOf(checks, "/ipv4", body.ipv4(), Set.of("off", "also", "required"));
        oneOf(checks, "/balance", body.balance(), Set.of("round_robin", "least_connections"));
        Integer most = body.maxConnections();
        checks.between("/max_connections", most == null ? 0L : most.longValue(), 0, MOST_CONNECTIONS);
        if (body.proxyTlvs() != null) {
            checks.that(
                    TLVS.containsAll(body.proxyTlvs())
                            && Set.copyOf(body.proxyTlvs()).size()
                                    == body.proxyTlvs().size(),
                    "/proxy_tlvs",
                    "must be some of authority, unique_id, route_id, crc32c, each once");
        }
    }

    private static void oneOf(Checks checks, String path, @Nullable String value, Set<String> allowed) {
        if (value != null) {
            checks.oneOf(path, value, allowed);
        }
    }

    private RouteDefinition definition(Env env, Body body) {
        String hostname = body.hostname();
        return new RouteDefinition(
                Objects.requireNonNullElse(body.kind(), RouteDefinition.TLS),
                hostname == null ? null : normalized(hostname),
                Objects.requireNonNullElse(body.listenPort(), 443),
                target(env, Objects.requireNonNull(body.target()), null),
                Objects.requireNonNullElse(body.proxyProtocol(), "off"),
                Objects.requireNonNullElse(body.backendExpectsProxyProtocol(), false),
                tlvs(body.proxyTlvs(), RouteDefinition.DEFAULT_TLVS),
                Objects.requireNonNullElse(body.ipv4(), "off"),
                Objects.requireNonNullElse(body.allowNoSni(), false),
                Objects.requireNonNullElse(body.balance(), "round_robin"),
                Objects.requireNonNullElse(body.maxConnections(), 0),
                Objects.requireNonNullElse(body.terminateOnDelete(), false),
                RouteDefinition.API);
    }

    private static String normalized(String hostname) {
        return Hostnames.normalize(hostname)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ErrorCode.HOSTNAME_INVALID,
                        "hostname must be a DNS name of at least two labels, without wildcard")));
    }

    private static List<String> tlvs(@Nullable List<String> wanted, List<String> otherwise) {
        return wanted == null ? otherwise : List.copyOf(new LinkedHashSet<>(wanted));
    }

    /** @param old what is not given stays; null: everything is given */
    private Target target(Env env, TargetBody body, @Nullable Target old) {
        String process = Objects.requireNonNullElse(body.processType(), old == null ? "" : old.processType());
        JsonNode port = body.port();
        if (port == null && old != null) {
            return new Target(process, old.port());
        }
        if (port != null && port.isIntegralNumber() && port.canConvertToInt()) {
            return new Target(process, port.intValue());
        }
        new Checks()
                .that(port != null && port.isTextual(), "/target/port", "must be the number or the name of a port")
                .done();
        String name = Objects.requireNonNull(port).textValue();
        List<ProcessSpec.Port> declared = ports(env, process).orElse(List.of());
        OptionalInt number = declared.stream()
                .filter(each -> each.name().equals(name))
                .mapToInt(ProcessSpec.Port::internal)
                .findFirst();
        if (number.isEmpty() && !declared.isEmpty()) {
            throw new ProblemException(Problem.of(
                    ErrorCode.BACKEND_PORT_UNDECLARED, "process " + process + " declares no port of this name"));
        }
        // Without any declaration the decider says what is missing.
        return new Target(process, number.orElse(0));
    }

    private Optional<List<ProcessSpec.Port>> ports(Env env, String process) {
        return desired.process(env, process).map(found -> found.spec().ports());
    }

    private RouteDecider.Facts facts(Draft draft, Env env, RouteDefinition route) {
        return routes.facts(
                draft,
                env,
                route,
                ports(env, route.target().processType())
                        .map(declared -> declared.stream()
                                .map(ProcessSpec.Port::internal)
                                .collect(Collectors.toSet()))
                        .orElse(null),
                new HashMap<>());
    }

    private Reply update(Call call) {
        Body body = call.body(Body.class);
        Checks checks = new Checks()
                .that(body.kind() == null, "/kind", "cannot be changed: create another route")
                .that(body.hostname() == null, "/hostname", "cannot be changed: create another route")
                .that(body.listenPort() == null, "/listen_port", "cannot be changed: create another route");
        checkSettings(checks, body);
        checks.done();
        return mutations.run(
                call,
                draft -> {
                    Route route = find(call);
                    Env env = envs.require(
                            call.org(), Objects.requireNonNull(route.row().envId()));
                    target(draft, route, env);
                    if (route.definition().managedBy().equals(RouteDefinition.MANIFEST)) {
                        draft.refuse(Problem.of(ErrorCode.OWNED_BY_DEPLOY, "the route comes from the manifest")
                                .withHint("change it in vt.toml and deploy"));
                        return;
                    }
                    RouteDefinition wanted = changed(env, route.definition(), body);
                    RouteWriter writer = new RouteWriter(routes, draft, env, null);
                    if (writer.update(route, wanted, facts(draft, env, wanted))) {
                        draft.change(Change.update("route", route.id(), wanted.name(), "updated"));
                        Audit.allowed(draft, call, "routes.update", route.id());
                    }
                    writer.finish();
                },
                reader(call));
    }

    private RouteDefinition changed(Env env, RouteDefinition old, Body body) {
        return new RouteDefinition(
                old.kind(),
                old.hostname(),
                old.listenPort(),
                body.target() == null ? old.target() : target(env, body.target(), old.target()),
                Objects.requireNonNullElse(body.proxyProtocol(), old.proxyProtocol()),
                Objects.requireNonNullElse(body.backendExpectsProxyProtocol(), old.backendExpectsProxyProtocol()),
                tlvs(body.proxyTlvs(), old.proxyTlvs()),
                Objects.requireNonNullElse(body.ipv4(), old.ipv4()),
                Objects.requireNonNullElse(body.allowNoSni(), old.allowNoSni()),
                Objects.requireNonNullElse(body.balance(), old.balance()),
                Objects.requireNonNullElse(body.maxConnections(), old.maxConnections()),
                Objects.requireNonNullElse(body.terminateOnDelete(), old.terminateOnDelete()),
                old.managedBy());
    }

    private Reply delete(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Route route = find(call);
                    Env env = envs.find(
                                    call.org(),
                                    Objects.requireNonNull(route.row().envId()))
                            .orElseThrow(Refusals::notFound);
                    Protection.requireAdmin(call, env, "deleting a route");
                    target(draft, route, env);
                    RouteWriter writer = new RouteWriter(routes, draft, env, null);
                    if (writer.delete(route)) {
                        draft.change(Change.delete(
                                "route", route.id(), route.definition().name()));
                        Audit.allowed(draft, call, "routes.delete", route.id());
                    }
                    writer.finish();
                },
                id -> Optional.empty());
    }

    private static void target(Draft draft, Route route, Env env) {
        draft.target(route.key(), route.row().resourceVersion())
                .id("env", env.id())
                .id("route", route.id())
                .resource(route.id());
    }

    private Route find(Call call) {
        return routes.find(call.org(), call.pathParameter("route_id")).orElseThrow(Refusals::notFound);
    }

    private Route living(Call call) {
        Route route = find(call);
        if (route.row().deleted()) {
            throw Refusals.deleted();
        }
        return route;
    }

    private ResourceReader reader(Call call) {
        return id -> routes.find(call.org(), id).map(Route::json);
    }
}
