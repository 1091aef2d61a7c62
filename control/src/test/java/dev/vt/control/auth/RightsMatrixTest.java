package dev.vt.control.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Access;
import dev.vt.control.http.Endpoint;
import dev.vt.control.testing.People;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every endpoint × every kind of caller (api.md §10.4). A request with a parameter nobody knows is refused for that only once its
 * caller may call: {@code unknown_field} means allowed, and nothing is ever executed.
 *
 * <p>Who may do what is written here a second time, from the table of api.md §7, and each endpoint's scope is a row of
 * {@code golden/access.txt}: an endpoint without a row fails.
 */
class RightsMatrixTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    private static final Path GOLDEN = Path.of("src/test/resources/golden/access.txt");

    private static final Set<String> READ = Set.of(
            "orgs:read",
            "projects:read",
            "apps:read",
            "envs:read",
            "releases:read",
            "routes:read",
            "volumes:read",
            "events:read",
            "logs:read",
            "sites:read",
            "secrets:read-metadata");
    private static final Set<String> DEVELOP = Set.of(
            "apps:write",
            "envs:write",
            "releases:write",
            "deploys:write",
            "rollbacks:write",
            "routes:write",
            "volumes:write",
            "secrets:write",
            "sites:write");
    private static final Set<String> ADMINISTER = Set.of(
            "exec:write", "sites:login", "projects:write", "ipv4:write", "audit:read", "sites:admin", "orgs:admin");
    private static final Set<String> OWNER_ONLY = Set.of("orgs.delete");

    private static final String ALLOWED = "allowed";
    private static final String UNAUTHENTICATED = "unauthorized";
    private static final String INVISIBLE = "not_found";
    private static final String SCOPE = "insufficient_scope";
    private static final String FORBIDDEN = "forbidden";

    @Test
    void everyEndpointHasARow() throws IOException {
        List<String> rows = new ArrayList<>();
        for (Endpoint endpoint : server.control().endpoints()) {
            rows.add(endpoint.operation() + "  " + endpoint.method() + " " + endpoint.path() + "  "
                    + access(endpoint.access()));
        }
        rows.sort(String::compareTo);
        String text = String.join("\n", rows) + "\n";
        if (Boolean.getBoolean("vt.golden.write")) {
            Files.writeString(GOLDEN, text);
        }
        assertThat(text).isEqualTo(Files.readString(GOLDEN));
    }

    private static String access(Access access) {
        return switch (access) {
            case Access.Anonymous() -> "public";
            case Access.AnyToken(String scope) -> scope.isEmpty() ? "any token" : "any token with " + scope;
            case Access.Session() -> "console session";
            case Access.InOrg(String scope) -> "member " + scope;
            case Access.Operator(String scope) -> "operator " + scope;
        };
    }

    @Test
    void whatIsSensitiveIsAnEndpoint() {
        Set<String> operations = new TreeSet<>();
        server.control().endpoints().forEach(endpoint -> operations.add(endpoint.operation()));

        assertThat(operations).containsAll(Sensitive.operations());
    }

    /** The callers, and what each is refused with. */
    private record Caller(TestClient client, Expectation expectation) {}

    private interface Expectation {
        String of(Endpoint endpoint);
    }

    @Test
    void everyCallerAtEveryEndpoint() throws InterruptedException {
        Shop shop = Shop.on(server);
        Shop other = shop.another("other");
        Map<String, String> ids = ids(shop);
        List<String> all = List.copyOf(Scopes.all());
        People.Person owner = People.member(server, "owner2@example.com", "owner");
        Map<String, Caller> callers = new LinkedHashMap<>();
        callers.put("nobody", new Caller(server.anonymous(), endpoint -> UNAUTHENTICATED));
        for (String role : List.of("readonly", "developer", "admin")) {
            callers.put(
                    role,
                    new Caller(
                            People.member(server, role + "@example.com", role).token(all, null),
                            endpoint -> asMember(endpoint, role)));
        }
        callers.put("owner", new Caller(owner.token(all, null), endpoint -> asMember(endpoint, "owner")));
        callers.put("operator", new Caller(stranger("root@example.com", true).token(all, null), this::asOperator));
        callers.put(
                "stranger", new Caller(stranger("stranger@example.com", false).token(all, null), this::asStranger));
        callers.put("few scopes", new Caller(owner.token(List.of("apps:read"), null), this::withFewScopes));
        String otherEnv = other.envId();
        callers.put("bound elsewhere", new Caller(owner.token(all, otherEnv), this::boundElsewhere));

        List<String> wrong = new ArrayList<>();
        for (Endpoint endpoint : server.control().endpoints()) {
            callers.forEach((name, caller) -> {
                String expected = endpoint.access() instanceof Access.Anonymous
                        ? ALLOWED
                        : caller.expectation().of(endpoint);
                String actual = outcome(probe(caller.client(), endpoint, ids));
                if (!actual.equals(expected)) {
                    wrong.add(endpoint.operation() + " as " + name + ": " + actual + ", not " + expected);
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    private static String outcome(TestReply reply) {
        return reply.code().equals("unknown_field") ? ALLOWED : reply.code();
    }

    private static TestReply probe(TestClient client, Endpoint endpoint, Map<String, String> ids) {
        StringBuilder path = new StringBuilder();
        for (String segment : endpoint.path().segments()) {
            path.append('/');
            if (segment.startsWith("{")) {
                String name = segment.substring(1, segment.length() - 1);
                path.append(ids.getOrDefault(name, "x"));
            } else {
                path.append(segment);
            }
        }
        return client.ifMatch(1).send(endpoint.method().name(), path + "?nobody_knows=this", null);
    }

    /** A user who is no member of the test's org. */
    private People.Person stranger(String email, boolean operator) {
        People.Person person = People.user(server, email);
        if (operator) {
            server.operator()
                    .post(
                            "/v1/users/" + person.userId() + "/operator",
                            Json.object().put("operator", true));
            return People.signIn(server, person.userId(), email);
        }
        return person;
    }

    private static Set<String> scopes(String role) {
        Set<String> out = new TreeSet<>(READ);
        if (!role.equals("readonly")) {
            out.addAll(DEVELOP);
        }
        if (role.equals("admin") || role.equals("owner")) {
            out.addAll(ADMINISTER);
        }
        return out;
    }

    private static String asMember(Endpoint endpoint, String role) {
        return switch (endpoint.access()) {
            case Access.Anonymous() -> ALLOWED;
            case Access.AnyToken any -> ALLOWED;
            case Access.Session() -> FORBIDDEN;
            case Access.Operator operator -> FORBIDDEN;
            case Access.InOrg(String scope) -> {
                if (!scopes(role).contains(scope)) {
                    yield SCOPE;
                }
                yield OWNER_ONLY.contains(endpoint.operation()) && !role.equals("owner") ? FORBIDDEN : ALLOWED;
            }
        };
    }

    private String asOperator(Endpoint endpoint) {
        return switch (endpoint.access()) {
            case Access.Operator operator -> ALLOWED;
            case Access.InOrg member -> INVISIBLE;
            default -> asMember(endpoint, "owner");
        };
    }

    private String asStranger(Endpoint endpoint) {
        return endpoint.access() instanceof Access.InOrg ? INVISIBLE : asMember(endpoint, "owner");
    }

    private String withFewScopes(Endpoint endpoint) {
        return switch (endpoint.access()) {
            case Access.AnyToken(String scope) -> scope.isEmpty() ? ALLOWED : SCOPE;
            case Access.InOrg(String scope) -> scope.equals("apps:read") ? ALLOWED : SCOPE;
            default -> asMember(endpoint, "owner");
        };
    }

    /** Bound to another app's environment: what has no id below the org is out of reach, or a list of the way down. */
    private String boundElsewhere(Endpoint endpoint) {
        if (!(endpoint.access() instanceof Access.InOrg)) {
            return asMember(endpoint, "owner");
        }
        Set<String> wayDown = Set.of("orgs.get", "projects.list", "apps.list");
        boolean orgLevel = endpoint.path().segments().stream()
                        .filter(segment -> segment.startsWith("{"))
                        .count()
                == 1;
        // Members and principals are the org's own: visible in principle, but not through this token.
        boolean ofOrg = endpoint.path().text().matches(".*\\{(member|principal)_id}.*");
        if (!orgLevel && !ofOrg) {
            return INVISIBLE;
        }
        return wayDown.contains(endpoint.operation()) ? ALLOWED : SCOPE;
    }

    @Test
    void idsOfAnotherOrgAreLikeIdsThatNeverWereA3() throws InterruptedException {
        Shop mine = Shop.on(server);
        Map<String, String> foreign = ids(mine);
        String orgB = server.operator()
                .post("/v1/orgs", Json.object().put("name", "elsewhere"))
                .id();
        List<String> wrong = new ArrayList<>();
        for (Endpoint endpoint : server.control().endpoints()) {
            if (!(endpoint.access() instanceof Access.InOrg)
                    || !endpoint.path().text().replaceFirst("\\{org_id}", "").contains("_id}")) {
                continue;
            }
            Map<String, String> withForeign = new TreeMap<>(foreign);
            withForeign.put("org_id", orgB);
            Map<String, String> unknown = new TreeMap<>();
            foreign.forEach((name, id) -> unknown.put(name, id.substring(0, id.indexOf('_') + 1) + "0".repeat(26)));
            unknown.put("org_id", orgB);
            JsonNode a = stripped(probe(server.operator(), endpoint, withForeign));
            JsonNode b = stripped(probe(server.operator(), endpoint, unknown));
            if (!a.path("code").asText().equals(INVISIBLE) || !a.equals(b)) {
                wrong.add(endpoint.operation() + ": " + a + " / " + b);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static JsonNode stripped(TestReply reply) {
        ObjectNode body = reply.json().deepCopy();
        body.remove(List.of("instance", "request_id"));
        return body;
    }

    /** One of everything that a path names. */
    private Map<String, String> ids(Shop shop) {
        Map<String, String> out = new TreeMap<>();
        String deploy = shop.deployed("matrix", Shop.MANIFEST);
        String project = shop.client().get(shop.app()).json().path("project_id").asText();
        String app = shop.app().substring(shop.app().lastIndexOf('/') + 1);
        Owner owner = new Owner(server.orgId(), project, app, shop.envId());
        out.put("org_id", server.orgId());
        out.put("project_id", project);
        out.put("app_id", app);
        out.put("env_id", shop.envId());
        out.put("deploy_id", deploy);
        out.put(
                "release_id",
                shop.client()
                        .get(shop.org() + "/deploys/" + deploy)
                        .json()
                        .path("release_id")
                        .asText());
        out.put(
                "route_id",
                shop.client()
                        .get(shop.env() + "/routes")
                        .json()
                        .at("/items/0/id")
                        .asText());
        out.put(
                "member_id",
                shop.client()
                        .get(shop.org() + "/members")
                        .json()
                        .at("/items/0/id")
                        .asText());
        ObjectNode principal = Json.object().put("name", "matrix");
        principal.putArray("scopes").add("apps:read");
        out.put(
                "principal_id",
                shop.client()
                        .post(shop.org() + "/service-principals", principal)
                        .id());
        String exec = "exec_" + "1".repeat(26);
        String instance = "inst_" + "1".repeat(26);
        append(owner, "exec_session", exec, "exec_session.granted", granted(instance));
        append(owner, "instance", instance, "instance.allocated", allocated(out.get("release_id")));
        out.put("exec_id", exec);
        out.put("instance_id", instance);
        return out;
    }

    private static ObjectNode granted(String instance) {
        ObjectNode payload = Json.object().put("instance_id", instance);
        payload.putArray("command").add("true");
        return payload.put("tty", false).put("expires_at", "2030-01-01T00:00:00Z");
    }

    private static ObjectNode allocated(String release) {
        ObjectNode payload = Json.object()
                .put("process_type", "web")
                .put("node_id", "node_" + "1".repeat(26))
                .put("driver", "sim")
                .put("release_id", release)
                .put("group_spec_hash", "sha256:" + "ab".repeat(32))
                .put("overlay_ipv6", "fd00::1");
        payload.putObject("resources")
                .put("cpu_millis", 1)
                .put("memory_bytes", 1)
                .put("overhead_bytes", 0)
                .put("disk_bytes", 1);
        return payload;
    }

    private void append(Owner owner, String type, String id, String event, ObjectNode payload) {
        assertThat(server.control()
                        .system()
                        .asSystem(
                                "test",
                                draft -> draft.append(new NewEvent(new AggregateKey(type, id), event, owner, payload))))
                .isInstanceOf(SystemMutations.Outcome.Applied.class);
    }
}
