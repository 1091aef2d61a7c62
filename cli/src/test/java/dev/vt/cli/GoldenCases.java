package dev.vt.cli;

import static dev.vt.cli.Things.APP;
import static dev.vt.cli.Things.DEPLOY_1;
import static dev.vt.cli.Things.DEPLOY_2;
import static dev.vt.cli.Things.EDGE;
import static dev.vt.cli.Things.ENV;
import static dev.vt.cli.Things.EXEC;
import static dev.vt.cli.Things.INSTANCE_1;
import static dev.vt.cli.Things.INSTANCE_2;
import static dev.vt.cli.Things.NODE;
import static dev.vt.cli.Things.ORG;
import static dev.vt.cli.Things.PROJECT;
import static dev.vt.cli.Things.RELEASE_11;
import static dev.vt.cli.Things.RELEASE_12;
import static dev.vt.cli.Things.ROUTE;
import static dev.vt.cli.Things.TOKEN;
import static dev.vt.cli.Things.change;
import static dev.vt.cli.Things.changes;
import static dev.vt.cli.Things.mutation;
import static dev.vt.cli.Things.page;
import static dev.vt.cli.Things.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the goldens show: each command with success, unchanged, empty and the errors that people meet, as table and as JSON. */
final class GoldenCases {
    private static final String O = "/v1/orgs/" + ORG;
    private static final String E = O + "/envs/" + ENV;
    private static final String[] NONE = {};
    private static final String CANARY = "vt_pat_canary-of-the-server";

    /** @param setup what the server answers beyond the usual target */
    record Case(String name, String command, Consumer<StubApi> setup) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Case> cases = new ArrayList<>();

    static List<Case> all() {
        GoldenCases all = new GoldenCases();
        all.local();
        all.misuse();
        all.tenants();
        all.releases();
        all.running();
        all.routes();
        all.secrets();
        all.work();
        all.waiting();
        all.streams();
        all.cluster();
        all.config();
        all.errors();
        return all.cases;
    }

    /** In words only. */
    private void text(String name, String command, Consumer<StubApi> setup) {
        cases.add(new Case(name, command, setup));
    }

    private void text(String name, String command) {
        text(name, command, api -> {});
    }

    /** As table and as JSON. */
    private void both(String name, String command, Consumer<StubApi> setup) {
        text(name, command, setup);
        int end = command.indexOf(" -- ");
        String json = end < 0 ? command + " --json" : command.substring(0, end) + " --json" + command.substring(end);
        text(name + "-json", json, setup);
    }

    private void both(String name, String command) {
        both(name, command, api -> {});
    }

    private void local() {
        both("version", "version");
        text("help", "--help");
        text("help-deploy", "deploy --help");
        text("help-orgs", "orgs --help");
        text("completion-bash", "completion bash");
        both("completion-unknown", "completion tcsh");
        both("manifest-validate", "manifest validate");
        both("manifest-invalid", "manifest validate --manifest bad.toml");
        both("manifest-not-found", "manifest validate --manifest nosuch.toml");
        text("manifest-show", "manifest show");
        text("manifest-show-env", "manifest show --env prod");
        text("manifest-fmt-check", "manifest fmt --check --manifest unformatted.toml");
        text("manifest-fmt", "manifest fmt --manifest unformatted.toml");
        both("starters-list", "starters list");
        text("starters-show", "starters show worker");
        both("starters-unknown", "starters show wbe");
        both("context-list", "context list");
        text("context-create", "context create staging --server https://vt.example.com --org acme");
        both("context-show", "context show");
        text("context-use", "context use work");
        both("context-unknown", "context use nosuch");
        text("context-delete", "context delete work");
        both("settings-list", "settings list");
        both("settings-get", "settings get org");
        both("settings-get-unset", "settings get env");
        text("settings-set", "settings set app shop");
        text("settings-set-same", "settings set org acme");
        both("settings-unknown", "settings get orgg");
        text("settings-path", "settings path");
        both(
                "auth-status",
                "auth status",
                api -> api.on(
                        "GET /v1/auth/whoami",
                        "{\"actor_type\":\"user\",\"actor_id\":\"usr_01k9ejze95es8r65rzyjka7901\",\"email\":\"ada@example.com\","
                                + "\"operator\":true,\"token\":{\"id\":\"tok_01k9ejze95es8r65rzyjka7902\",\"scopes\":[\"orgs:read\"],"
                                + "\"resource\":null,\"expires_at\":\"2030-02-01T00:00:00Z\"},\"orgs\":[]}"));
        both(
                "auth-status-expired",
                "auth status",
                api -> api.on(
                        "GET /v1/auth/whoami",
                        401,
                        problem(401, "token_expired", "the token has expired", "sign in again")));
        both(
                "auth-tokens-create",
                "auth tokens create ci --scope orgs:read",
                api -> api.on(
                        "POST /v1/auth/tokens",
                        201,
                        Things.withSecret(
                                "tokens.create",
                                "applied",
                                authToken(),
                                NONE,
                                CANARY,
                                "token=tok_01k9ejze95es8r65rzyjka7902")));
        both("auth-tokens-list", "auth tokens list", api -> api.on("GET /v1/auth/tokens", page(authToken())));
        both("auth-tokens-list-empty", "auth tokens list", api -> api.on("GET /v1/auth/tokens", page()));
        both(
                "auth-tokens-revoke",
                "auth tokens revoke tok_01k9ejze95es8r65rzyjka7902",
                api -> api.on(
                        "DELETE /v1/auth/tokens/tok_01k9ejze95es8r65rzyjka7902",
                        mutation("tokens.revoke", "applied", "null", NONE, "token=tok_01k9ejze95es8r65rzyjka7902")));
        both(
                "doctor",
                "doctor --org acme",
                api -> api.on("GET /v1/version", "{\"version\":\"0.1.0\",\"api\":\"v1\"}")
                        .on(
                                "GET /v1/capabilities",
                                "{\"version\":\"0.1.0\",\"api\":\"v1\",\"features\":[\"exec\",\"logs\"],\"schemas\":[],\"limits\":{}}")
                        .on(
                                "GET /v1/auth/whoami",
                                401,
                                problem(401, "token_revoked", "the token was revoked", "vt auth login")));
        text("api-get", "api GET /v1/orgs");
        both("api-misuse", "api GET v1/orgs");
    }

    private static String authToken() {
        return "{\"id\":\"tok_01k9ejze95es8r65rzyjka7902\",\"user_id\":\"usr_01k9ejze95es8r65rzyjka7901\",\"kind\":\"personal\","
                + "\"name\":\"ci\",\"scopes\":[\"orgs:read\"],\"resource\":null,\"expires_at\":\"2030-02-01T00:00:00Z\","
                + "\"created_at\":\"2030-01-02T03:00:00Z\",\"updated_at\":\"2030-01-02T03:00:00Z\",\"resource_version\":1}";
    }

    private void misuse() {
        both("unknown-command", "deplyo");
        both("group-without-verb", "orgs");
        both("unknown-flag", "orgs list --jsn");
        both("unknown-format", "orgs list --format yaml");
        both("bad-idempotency-key", "projects create x --idempotency-key short");
        both("bad-duration", "scale web=3 --wait --wait-timeout soon");
        both("bad-progress", "scale web=3 --wait --progress loud", GoldenCases::scaled);
        both("bad-server", "orgs list --server nonsense");
        text("flags-before-command", "--org acme --format ids projects list");
        text("verbose-target", "projects list --verbose");
    }

    private void tenants() {
        resource("org", "orgs", "acme", "/v1/orgs", "/v1/orgs/" + ORG, Things.org(), ORG);
        resource("project", "projects", "web", O + "/projects", O + "/projects/" + PROJECT, Things.project(), PROJECT);
        resource("app", "apps", "shop", O + "/apps", O + "/apps/" + APP, Things.app(), APP);
        resource("env", "envs", "prod", O + "/apps/" + APP + "/envs", E, Things.env(), ENV);
        text("orgs-list-ids", "orgs list --format ids");
        text("org-singular", "org list");
        both("target-missing", "envs list --app nosuch");
        both(
                "target-ambiguous",
                "projects describe web",
                api -> api.on(
                        "GET " + O + "/projects",
                        page(Things.project(), Things.project("prj_01k9ejze95es8r65rzyjka7929", "web"))));
        both("env-by-id", "processes list --env " + ENV, api -> api.on("GET " + E + "/processes", page()));
        text(
                "envs-protect",
                "envs protect prod",
                api -> changed(api, "PATCH " + E, "envs.update", Things.env(ENV, "prod", true), "env=" + ENV));
        text(
                "envs-unprotect",
                "envs unprotect prod",
                api -> changed(api, "PATCH " + E, "envs.update", Things.env(), "env=" + ENV));
        text("orgs-update-nothing", "orgs update acme");
    }

    /** The seven things that are the same for everything with a name. */
    private void resource(
            String kind, String plural, String name, String collection, String item, String document, String id) {
        both(plural + "-list", plural + " list");
        both(plural + "-list-empty", plural + " list", api -> {
            api.on("GET " + collection, page());
            if (kind.equals("env")) {
                api.on("GET " + O + "/apps", page(Things.app()));
            }
        });
        both(
                plural + "-describe",
                plural + " describe " + name,
                api -> api.on(
                        "GET " + O + "/events",
                        Things.events(Things.event(
                                1,
                                kind.equals("env") ? "env.created" : kind + ".created",
                                id,
                                "{\"name\":\"" + name + "\"}"))));
        both(plural + "-describe-missing", plural + " describe nosuch");
        both(
                plural + "-create",
                plural + " create " + name,
                api -> api.on(
                        "POST " + collection,
                        201,
                        mutation(
                                plural + ".create",
                                "applied",
                                document,
                                new String[] {change("create", kind, name, "", false)},
                                kind + "=" + id)));
        both(
                plural + "-create-taken",
                plural + " create " + name,
                api -> api.on(
                        "POST " + collection,
                        409,
                        problem(
                                409,
                                "name_taken",
                                "there is another " + kind + " named " + name,
                                "choose another name")));
        both(
                plural + "-update",
                plural + " update " + name + " --name other",
                api -> changed(api, "PATCH " + item, plural + ".update", document, kind + "=" + id));
        both(
                plural + "-update-same",
                plural + " update " + name + " --name " + name,
                api -> api.on(
                        "PATCH " + item, mutation(plural + ".update", "unchanged", document, NONE, kind + "=" + id)));
        both(
                plural + "-delete",
                plural + " delete " + name + " --yes",
                api -> api.on(
                        "DELETE " + item, mutation(plural + ".delete", "applied", "null", NONE, kind + "=" + id)));
        both(plural + "-delete-unconfirmed", plural + " delete " + name);
        both(
                plural + "-delete-children",
                plural + " delete " + name + " --yes",
                api -> api.on(
                        "DELETE " + item,
                        409,
                        problem(
                                409,
                                "has_children",
                                "the " + kind + " still has something in it",
                                "delete that first")));
    }

    private static void changed(StubApi api, String call, String operation, String resource, String... ids) {
        api.on(call, mutation(operation, "applied", resource, NONE, ids));
    }

    private void releases() {
        Consumer<StubApi> two = api -> api.on(
                        "GET " + O + "/apps/" + APP + "/releases",
                        page(Things.releaseSummary(RELEASE_11, 11), Things.releaseSummary(RELEASE_12, 12)))
                .on("GET " + O + "/releases/" + RELEASE_12, Things.release(RELEASE_12, 12, "low"))
                .on("GET " + O + "/releases/" + RELEASE_11, Things.release(RELEASE_11, 11, "high"));
        both("releases-list", "releases list", two);
        both("releases-list-empty", "releases list", api -> api.on("GET " + O + "/apps/" + APP + "/releases", page()));
        both("releases-describe", "releases describe v12", two);
        both("releases-describe-missing", "releases describe v13", two);
        both(
                "releases-create",
                "releases create",
                api -> api.on(
                        "POST " + O + "/apps/" + APP + "/releases",
                        201,
                        mutation(
                                "releases.create",
                                "applied",
                                Things.release(RELEASE_12, 12, "low"),
                                NONE,
                                "release=" + RELEASE_12)));
        both(
                "releases-create-same",
                "releases create",
                api -> api.on(
                        "POST " + O + "/apps/" + APP + "/releases",
                        mutation(
                                "releases.create",
                                "unchanged",
                                Things.release(RELEASE_12, 12, "low"),
                                NONE,
                                "release=" + RELEASE_12)));
        both(
                "releases-create-no-image",
                "releases create",
                api -> api.on(
                        "POST " + O + "/apps/" + APP + "/releases",
                        422,
                        problem(422, "image_not_found", "the registry has no such image", "push it first")));
        both(
                "releases-diff",
                "releases diff 11 12",
                two.andThen(
                        api -> api.on(
                                "GET " + O + "/releases/" + RELEASE_11 + "/diff",
                                "{\"from\":\"" + RELEASE_11 + "\",\"to\":\"" + RELEASE_12
                                        + "\",\"changes\":[{\"op\":\"update\",\"path\":\"/manifest/env/vars/LEVEL\",\"from\":\"high\",\"to\":\"low\"}]}")));
        both(
                "releases-diff-none",
                "releases diff 12 12 --exit-code",
                two.andThen(api -> api.on(
                        "GET " + O + "/releases/" + RELEASE_12 + "/diff",
                        "{\"from\":\"" + RELEASE_12 + "\",\"to\":\"" + RELEASE_12 + "\",\"changes\":[]}")));
        both(
                "releases-promote",
                "releases promote 12",
                two.andThen(GoldenCases::deployable).andThen(GoldenCases::deployed));
        both(
                "deploys-list",
                "deploys list",
                api -> api.on(
                        "GET " + E + "/deploys",
                        page(
                                Things.deploy(DEPLOY_1, RELEASE_11, "succeeded", ""),
                                Things.deploy(DEPLOY_2, RELEASE_12, "failed", "web does not get healthy"))));
        both("deploys-list-empty", "deploys list", api -> api.on("GET " + E + "/deploys", page()));
        both(
                "deploys-describe",
                "deploys describe " + DEPLOY_2,
                api -> api.on("GET " + O + "/deploys/" + DEPLOY_2, Things.deploy(DEPLOY_2, RELEASE_12, "rolling", ""))
                        .on(
                                "GET " + O + "/events",
                                Things.events(
                                        Things.event(
                                                8,
                                                "deploy.created",
                                                DEPLOY_2,
                                                "{\"release_id\":\"" + RELEASE_12 + "\"}"),
                                        Things.event(
                                                9, "deploy.status_changed", DEPLOY_2, "{\"status\":\"rolling\"}"))));
        both("deploys-describe-missing", "deploys describe " + DEPLOY_1);
    }

    private void running() {
        both(
                "processes-list",
                "processes list",
                api -> api.on("GET " + E + "/processes", page(Things.process(2, 1, 1, "no_capacity"))));
        both("processes-list-empty", "processes list", api -> api.on("GET " + E + "/processes", page()));
        both(
                "processes-describe",
                "processes describe web",
                api -> api.on("GET " + E + "/processes", page(Things.process(2, 2, 0, ""))));
        both(
                "processes-describe-missing",
                "processes describe api",
                api -> api.on("GET " + E + "/processes", page(Things.process(2, 2, 0, ""))));
        Consumer<StubApi> two = api -> api.on(
                "GET " + E + "/instances",
                page(
                        Things.instance(INSTANCE_2, "booting", "pulling_image"),
                        Things.instance(INSTANCE_1, "ready", "")));
        both("instances-list", "instances list", two);
        both("instances-list-status", "instances list --status booting", two);
        both("instances-list-empty", "instances list", api -> api.on("GET " + E + "/instances", page()));
        Consumer<StubApi> one = api -> api.on(
                        "GET " + O + "/instances/" + INSTANCE_1, Things.instance(INSTANCE_1, "failed", "crash_loop"))
                .on(
                        "GET " + O + "/events",
                        Things.events(Things.event(
                                3,
                                "instance.status_changed",
                                INSTANCE_1,
                                "{\"status\":\"failed\",\"reason_code\":\"crash_loop\"}")))
                .on("GET " + E + "/logs", page(Things.log("panic: no database")));
        both("instances-describe", "instances describe " + INSTANCE_1, one);
        both("describe-instance", "describe instance " + INSTANCE_1 + " --events 0", one);
        both("describe-unknown-kind", "describe instanse x");
        both("instances-diagnose", "instances diagnose " + INSTANCE_1, one);
        both(
                "instances-restart",
                "instances restart " + INSTANCE_1,
                api -> api.on(
                        "POST " + O + "/instances/" + INSTANCE_1 + "/restart",
                        202,
                        mutation(
                                "instances.restart",
                                "applied",
                                Things.instance(INSTANCE_1, "draining", ""),
                                NONE,
                                "instance=" + INSTANCE_1)));
        both(
                "instances-restart-stopped",
                "instances restart " + INSTANCE_1,
                api -> api.on(
                        "POST " + O + "/instances/" + INSTANCE_1 + "/restart",
                        409,
                        problem(409, "instance_not_running", "the instance is stopped", "vt instances list")));
        both(
                "endpoints-list",
                "endpoints list",
                api -> api.on("GET " + E + "/endpoints", page(Things.endpoint("pending", "no_ready_backend"))));
        both(
                "endpoints-describe-unproven",
                "endpoints describe shop.example.com",
                api -> api.on("GET " + E + "/endpoints", page(Things.unproven())));
        both("endpoints-list-empty", "endpoints list", api -> api.on("GET " + E + "/endpoints", page()));
        both(
                "endpoints-describe",
                "endpoints describe shop.example.com",
                api -> api.on("GET " + E + "/endpoints", page(Things.endpoint("serving", ""))));
        both(
                "exec-sessions-list",
                "exec-sessions list",
                api -> api.on("GET " + O + "/exec-sessions", page(Things.execSession("ended"))));
        both("exec-sessions-list-empty", "exec-sessions list", api -> api.on("GET " + O + "/exec-sessions", page()));
        both(
                "exec-sessions-describe",
                "exec-sessions describe " + EXEC,
                api -> api.on("GET " + O + "/exec-sessions/" + EXEC, Things.execSession("ended")));
        both(
                "exec-revoke",
                "exec revoke " + EXEC,
                api -> api.on(
                        "DELETE " + O + "/exec-sessions/" + EXEC,
                        mutation(
                                "exec_sessions.revoke",
                                "applied",
                                Things.execSession("ended"),
                                NONE,
                                "exec_session=" + EXEC)));
        both("exec-misuse", "exec");
        both(
                "exec-which",
                "exec --process web -- ls",
                two.andThen(api -> api.on(
                        "GET " + E + "/instances",
                        page(Things.instance(INSTANCE_2, "ready", ""), Things.instance(INSTANCE_1, "ready", "")))));
        both("exec-none-ready", "exec --process web -- ls", api -> api.on("GET " + E + "/instances", page()));
        both(
                "exec-not-running",
                "exec " + INSTANCE_1 + " -- ls",
                api -> api.on(
                        "POST " + O + "/instances/" + INSTANCE_1 + "/exec",
                        409,
                        problem(409, "instance_not_running", "the instance is booting, not ready", "wait for it")));
        both(
                "exec-protected",
                "exec " + INSTANCE_1 + " -- ls",
                api -> api.on(
                        "POST " + O + "/instances/" + INSTANCE_1 + "/exec",
                        403,
                        problem(
                                403,
                                "protected_env",
                                "the environment is protected",
                                "ask an admin, and give --reason")));
    }

    private void routes() {
        Consumer<StubApi> one = api -> api.on("GET " + E + "/routes", page(Things.route()))
                .on("GET " + O + "/routes/" + ROUTE, Things.route());
        both("routes-list", "routes list", one);
        both("routes-list-empty", "routes list", api -> api.on("GET " + E + "/routes", page()));
        both("routes-describe", "routes describe shop.example.com", one);
        text("routes-describe-other-spelling", "routes describe Shop.EXAMPLE.com.:443", one);
        both("routes-describe-missing", "routes describe nosuch.example.com", one);
        String create = "routes create --hostname shop.example.com --process web --target-port 8443";
        both(
                "routes-create",
                create,
                api -> api.on(
                        "POST " + E + "/routes",
                        201,
                        mutation(
                                "routes.create",
                                "applied",
                                Things.route(),
                                new String[] {change("create", "route", "shop.example.com:443 -> web:8443", "", false)},
                                "route=" + ROUTE)));
        both(
                "routes-create-taken",
                create,
                api -> api.on(
                        "POST " + E + "/routes",
                        409,
                        problem(
                                409,
                                "hostname_taken",
                                "hostname shop.example.com is already in use",
                                "choose another name, or delete the route that holds it")));
        both("routes-create-misuse", "routes create --hostname shop.example.com");
        both(
                "routes-update",
                "routes update shop.example.com --process api --target-port https --proxy-protocol v2 --backend-expects-proxy"
                        + " --max-connections 100 --terminate-on-delete true",
                one.andThen(api -> changed(
                        api, "PATCH " + O + "/routes/" + ROUTE, "routes.update", Things.route(), "route=" + ROUTE)));
        both("routes-update-nothing", "routes update shop.example.com", one);
        both(
                "routes-delete",
                "routes delete shop.example.com --yes",
                one.andThen(api -> api.on(
                        "DELETE " + O + "/routes/" + ROUTE,
                        mutation("routes.delete", "applied", "null", NONE, "route=" + ROUTE))));
        both("routes-delete-unconfirmed", "routes delete shop.example.com", one);
    }

    private void secrets() {
        Consumer<StubApi> two = api -> api.on("GET " + E + "/secrets", Things.secrets(2));
        both("secrets-list", "secrets list", two);
        both("secrets-list-empty", "secrets list", api -> api.on("GET " + E + "/secrets", Things.secrets(0)));
        both(
                "secrets-versions",
                "secrets versions",
                api -> api.on("GET " + E + "/secrets/versions", page(Things.secretVersion())));
        both("secrets-versions-empty", "secrets versions", api -> api.on("GET " + E + "/secrets/versions", page()));
        both(
                "secrets-status",
                "secrets status",
                two.andThen(api -> api.on("GET " + E + "/instances", page(Things.instance(INSTANCE_1, "ready", "")))));
        both(
                "secrets-status-closed",
                "secrets status",
                api -> api.on("GET " + E + "/secrets", Things.secrets(0)).on("GET " + E + "/instances", page()));
        both("secrets-render", "secrets render", two);
        both("secrets-validate", "secrets validate --from -");
        both(
                "secrets-set-stdin",
                "secrets set TOKEN -",
                api -> secretsChanged(api, "PATCH " + E + "/secrets", "secrets.set"));
        both(
                "secrets-set-file",
                "secrets set A=@secret.txt B=@secret.txt --if-version 1",
                api -> secretsChanged(api, "PATCH " + E + "/secrets", "secrets.set"));
        both("secrets-set-prompt", "secrets set TOKEN");
        both("secrets-set-argument", "secrets set DATABASE_URL=postgres");
        both("secrets-set-key", "secrets set database-url=-");
        both(
                "secrets-set-conflict",
                "secrets set A=@secret.txt --if-version 1",
                api -> api.on(
                        "PATCH " + E + "/secrets",
                        412,
                        problem(
                                412,
                                "version_conflict",
                                "the secrets are at another version",
                                "look at them again",
                                "{\"current_version\":2}",
                                "")));
        both(
                "secrets-unset",
                "secrets unset TOKEN",
                api -> secretsChanged(api, "PATCH " + E + "/secrets", "secrets.set"));
        both(
                "secrets-import",
                "secrets import --from -",
                api -> secretsChanged(api, "PUT " + E + "/secrets", "secrets.import"));
        both("secrets-import-no-file", "secrets import --from nosuch.env");
        both("secrets-import-invalid", "secrets import --from bad.env");
        both(
                "secrets-confirm",
                "secrets confirm --none",
                api -> secretsChanged(api, "POST " + E + "/secrets/confirm-none", "secrets.confirm_none"));
        both(
                "secrets-confirm-refused",
                "secrets confirm --none",
                api -> api.on(
                        "POST " + E + "/secrets/confirm-none",
                        409,
                        problem(409, "invalid_state", "the environment has variables", "unset them first")));
        both(
                "secrets-rotate",
                "secrets rotate TOKEN --generate 32",
                api -> secretsChanged(api, "POST " + E + "/secrets/rotate", "secrets.rotate"));
        both("secrets-rotate-misuse", "secrets rotate TOKEN");
        both(
                "secrets-rollback",
                "secrets rollback --to 1",
                api -> secretsChanged(api, "POST " + E + "/secrets/rollback", "secrets.rollback"));
        both(
                "secrets-preview",
                "secrets preview --from -",
                api -> api.on(
                        "POST " + E + "/secrets/preview",
                        "{\"added\":[\"A\"],\"removed\":[],\"changed\":[\"B\"],\"same\":[],\"restarts\":[\"web\"]}"));
    }

    private static void secretsChanged(StubApi api, String call, String operation) {
        api.on(
                call,
                mutation(
                        operation,
                        "applied",
                        Things.secrets(2),
                        NONE,
                        "env=" + ENV,
                        "secret_bundle=" + Things.SECRETS));
    }

    private void work() {
        both("launch", "launch --image registry.example.com/shop:1 --name shop --project web --dir new");
        both("launch-there", "launch --image registry.example.com/shop:1 --name shop --project web");
        both(
                "launch-starter",
                "launch --image registry.example.com/shop:1 --name shop --project web --starter wbe --dir new");
        both("plan", "plan", api -> api.on("POST " + E + "/plan", Things.plan(changes())));
        both("plan-exit-code", "plan --exit-code", api -> api.on("POST " + E + "/plan", Things.plan(changes())));
        both("plan-empty", "plan --exit-code", api -> api.on("POST " + E + "/plan", Things.plan()));
        text(
                "plan-verbose",
                "plan --verbose",
                api -> api.on("POST " + E + "/plan", Things.plan(change("same", "process", "web", "", false))));
        text(
                "plan-values",
                "plan --show-values",
                api -> api.on("POST " + E + "/plan", Things.plan(changes()))
                        .on("GET " + E + "/processes", page(Things.process(2, 2, 0, "")))
                        .on("GET " + O + "/releases/" + RELEASE_12, Things.release(RELEASE_12, 12, "low")));
        both("deploy", "deploy", api -> deployed(deployable(api)));
        text("deploy-ids", "deploy --format ids", api -> deployed(deployable(api)));
        both("deploy-dry-run", "deploy --dry-run", api -> api.on("POST " + E + "/plan", Things.plan(changes())));
        both(
                "deploy-same",
                "deploy",
                api -> deployable(api)
                        .on("POST " + E + "/plan", Things.plan())
                        .on(
                                "POST " + E + "/deploys",
                                mutation(
                                        "deploys.create",
                                        "unchanged",
                                        Things.deploy(DEPLOY_2, RELEASE_12, "succeeded", ""),
                                        NONE,
                                        "env=" + ENV,
                                        "release=" + RELEASE_12,
                                        "deploy=" + DEPLOY_2)));
        both("deploy-gate", "deploy", api -> api.on("GET " + E + "/secrets", Things.secrets(0)));
        both("deploy-destructive", "deploy", api -> deployable(api).on("POST " + E + "/plan", destructive()));
        both("deploy-destructive-yes", "deploy --yes", api -> deployable(api).on("POST " + E + "/plan", destructive()));
        both(
                "deploy-destructive-allowed",
                "deploy --yes --allow-destructive",
                api -> deployed(deployable(api)).on("POST " + E + "/plan", destructive()));
        both(
                "deploy-protected",
                "deploy",
                api -> deployable(api).on("GET " + O + "/apps/" + APP + "/envs", page(Things.env(ENV, "prod", true))));
        both(
                "deploy-stale",
                "deploy --yes",
                api -> deployed(deployable(api))
                        .on("POST " + E + "/plan", Things.plan(changes()))
                        .then(
                                "POST " + E + "/plan",
                                200,
                                Things.plan(change("update", "process", "web", "release only; replaces 2", false)))
                        .on(
                                "POST " + E + "/deploys",
                                409,
                                problem(409, "plan_stale", "the plan is another one by now", "look at it again"))
                        .then("POST " + E + "/deploys", 202, deployAnswer()));
        both(
                "deploy-plan-hash",
                "deploy --plan-hash sha256:00",
                api -> deployable(api)
                        .on(
                                "POST " + E + "/deploys",
                                409,
                                problem(409, "plan_stale", "the plan is another one by now", "look at it again")));
        both("deploy-no-manifest", "deploy --manifest nosuch.toml");
        both("deploy-bad-manifest", "deploy --manifest bad.toml");
        both(
                "deploy-no-release",
                "deploy --release v13",
                api -> deployable(api).on("GET " + O + "/apps/" + APP + "/releases", page()));
        both("deploy-both-sources", "deploy --release v12 --image x/y:1");
        both("rollback", "rollback", api -> rolledBack(api));
        both(
                "rollback-to",
                "rollback --to 11",
                api -> rolledBack(api)
                        .on("GET " + O + "/apps/" + APP + "/releases", page(Things.releaseSummary(RELEASE_11, 11))));
        both("rollback-never", "rollback", api -> api.on("GET " + E + "/deploys", page()));
        both(
                "rollback-none",
                "rollback",
                api -> api.on("GET " + E + "/deploys", page(Things.deploy(DEPLOY_1, RELEASE_11, "succeeded", ""))));
        both("scale", "scale web=3", GoldenCases::scaled);
        both(
                "scale-same",
                "scale web=3",
                api -> api.on(
                        "PATCH " + E + "/scale", mutation("scale.set", "unchanged", scale(3), NONE, "env=" + ENV)));
        both("scale-misuse", "scale web=many");
        both(
                "scale-unknown",
                "scale wbe=3",
                api -> api.on(
                        "PATCH " + E + "/scale",
                        409,
                        problem(
                                409,
                                "unknown_process_type",
                                "the environment runs no process type wbe; did you mean web?",
                                "",
                                "{\"process_types\":[\"web\",\"worker\"]}",
                                "")));
        both(
                "restart",
                "restart --process web",
                api -> api.on(
                        "POST " + E + "/restarts",
                        202,
                        mutation("restarts.create", "applied", scale(2), NONE, "env=" + ENV)));
        Consumer<StubApi> running =
                api -> api.on("GET " + E + "/processes", page(Things.process(2, 1, 1, "no_capacity")))
                        .on(
                                "GET " + E + "/instances",
                                page(
                                        Things.instance(INSTANCE_1, "ready", ""),
                                        Things.instance(INSTANCE_2, "booting", "pulling_image")))
                        .on("GET " + E + "/endpoints", page(Things.endpoint("serving", "")))
                        .on("GET " + E + "/deploys", page(Things.deploy(DEPLOY_2, RELEASE_12, "rolling", "")));
        both("status", "status", running);
        both(
                "status-empty",
                "status",
                api -> api.on("GET " + E + "/processes", page())
                        .on("GET " + E + "/instances", page())
                        .on("GET " + E + "/endpoints", page())
                        .on("GET " + E + "/deploys", page()));
    }

    private static String destructive() {
        return Things.plan(
                change("update", "process", "web", "memory 256Mi -> 512Mi", false),
                change("delete", "route", "old.example.com:443", "", true));
    }

    private static StubApi deployable(StubApi api) {
        return api.on("GET " + E + "/secrets", Things.secrets(2))
                .on("POST " + E + "/plan", Things.plan(changes()))
                .on(
                        "POST " + O + "/apps/" + APP + "/releases",
                        201,
                        mutation(
                                "releases.create",
                                "applied",
                                Things.release(RELEASE_12, 12, "low"),
                                NONE,
                                "release=" + RELEASE_12));
    }

    private static StubApi deployed(StubApi api) {
        return api.on("POST " + E + "/deploys", 202, deployAnswer());
    }

    private static String deployAnswer() {
        return mutation(
                "deploys.create",
                "applied",
                Things.deploy(DEPLOY_2, RELEASE_12, "queued", ""),
                changes(),
                "env=" + ENV,
                "release=" + RELEASE_12,
                "deploy=" + DEPLOY_2);
    }

    private static StubApi rolledBack(StubApi api) {
        return api.on(
                        "GET " + E + "/deploys",
                        page(
                                Things.deploy(DEPLOY_2, RELEASE_12, "failed", "unhealthy"),
                                Things.deploy(DEPLOY_1, RELEASE_11, "succeeded", "")))
                .on("GET " + O + "/releases/" + RELEASE_11, Things.release(RELEASE_11, 11, "high"))
                .on(
                        "POST " + O + "/deploys/" + DEPLOY_2 + "/rollbacks",
                        202,
                        mutation(
                                "rollbacks.create",
                                "applied",
                                Things.deploy("dep_01k9ejzeaae4ma4jz41b93y213", RELEASE_11, "queued", ""),
                                NONE,
                                "env=" + ENV,
                                "release=" + RELEASE_11,
                                "deploy=dep_01k9ejzeaae4ma4jz41b93y213"));
    }

    private static StubApi scaled(StubApi api) {
        return api.on("PATCH " + E + "/scale", mutation("scale.set", "applied", scale(3), NONE, "env=" + ENV));
    }

    private static String scale(int desired) {
        return "{\"env_id\":\"" + ENV + "\",\"org_id\":\"" + ORG
                + "\",\"resource_version\":4,\"processes\":[{\"process_type\":\"web\",\"desired\":" + desired
                + ",\"wanted\":" + desired
                + ",\"min\":1,\"max\":5}]}";
    }

    private void waiting() {
        Consumer<StubApi> rolling = api -> deployed(deployable(api))
                .on(
                        "GET " + O + "/events/stream",
                        "{\"type\":\"event\",\"ts\":\"2030-01-02T03:04:05Z\",\"event_id\":48214}\n")
                .on("GET " + E + "/processes", page(Things.process(2, 1, 1, "")))
                .then("GET " + E + "/processes", 200, page(Things.process(2, 2, 0, "")))
                .on("GET " + E + "/instances", page(Things.instance(INSTANCE_2, "booting", "")));
        both(
                "deploy-wait",
                "deploy --wait",
                rolling.andThen(api -> api.on(
                                "GET " + O + "/deploys/" + DEPLOY_2, Things.deploy(DEPLOY_2, RELEASE_12, "rolling", ""))
                        .then(
                                "GET " + O + "/deploys/" + DEPLOY_2,
                                200,
                                Things.deploy(DEPLOY_2, RELEASE_12, "succeeded", ""))));
        text(
                "deploy-wait-ndjson",
                "deploy --wait --progress json",
                rolling.andThen(api -> api.on(
                        "GET " + O + "/deploys/" + DEPLOY_2, Things.deploy(DEPLOY_2, RELEASE_12, "succeeded", ""))));
        both(
                "deploy-wait-failed",
                "deploy --wait",
                rolling.andThen(api -> api.on(
                                "GET " + O + "/deploys/" + DEPLOY_2,
                                Things.deploy(DEPLOY_2, RELEASE_12, "failed", "web does not get healthy"))
                        .on("GET " + E + "/logs", page(Things.log("panic: no database")))));
        both(
                "deploy-wait-timeout",
                "deploy --wait --wait-timeout 0s",
                rolling.andThen(api -> api.on(
                        "GET " + O + "/deploys/" + DEPLOY_2, Things.deploy(DEPLOY_2, RELEASE_12, "rolling", ""))));
        both(
                "scale-wait",
                "scale web=3 --wait",
                api -> scaled(api).on("GET " + E + "/processes", page(Things.process(3, 3, 0, ""))));
        both(
                "scale-wait-timeout",
                "scale web=3 --wait --wait-timeout 0s",
                api -> scaled(api)
                        .on("GET " + E + "/processes", page(Things.process(3, 2, 0, "no_capacity")))
                        .on("GET " + E + "/instances", page(Things.instance(INSTANCE_2, "allocated", "no_capacity"))));
        both(
                "wait-deploy",
                "wait deploy " + DEPLOY_2,
                rolling.andThen(api -> api.on(
                        "GET " + O + "/deploys/" + DEPLOY_2, Things.deploy(DEPLOY_2, RELEASE_12, "succeeded", ""))));
        both(
                "wait-deploy-superseded",
                "wait deploy " + DEPLOY_2,
                rolling.andThen(api -> api.on(
                        "GET " + O + "/deploys/" + DEPLOY_2,
                        Things.deploy(DEPLOY_2, RELEASE_12, "superseded", "superseded by a newer deploy"))));
        both("wait-env", "wait env prod", api -> api.on("GET " + E + "/processes", page(Things.process(2, 2, 0, ""))));
        both(
                "wait-instance",
                "wait instance " + INSTANCE_1,
                api -> api.on("GET " + O + "/instances/" + INSTANCE_1, Things.instance(INSTANCE_1, "ready", "")));
        both(
                "wait-instance-stopped",
                "wait instance " + INSTANCE_1,
                api -> api.on("GET " + O + "/instances/" + INSTANCE_1, Things.instance(INSTANCE_1, "stopped", "")));
        both("wait-gone", "wait instance " + INSTANCE_2 + " --for gone");
        both(
                "wait-node-timeout",
                "wait node n1 --wait-timeout 0s",
                api -> api.on("GET /v1/nodes", page(Things.node("draining"))));
    }

    private void streams() {
        String gap = "{\"type\":\"gap\",\"count\":12}";
        both(
                "logs",
                "logs --timestamps",
                api -> api.on("GET " + E + "/logs", page(Things.log("hello\\u001b[31m"), gap)));
        both("logs-empty", "logs query --process web --since 10m", api -> api.on("GET " + E + "/logs", page()));
        text(
                "logs-partial",
                "logs",
                api -> api.on("GET " + E + "/logs", page("{\"type\":\"partial\",\"node_id\":\"" + NODE + "\"}")));
        both(
                "logs-denied",
                "logs",
                api -> api.on("GET " + E + "/logs", 404, problem(404, "not_found", "there is no such thing", "")));
        Consumer<StubApi> events = api -> api.on(
                "GET " + O + "/events",
                Things.events(
                        Things.event(1, "deploy.created", DEPLOY_2, "{\"release_id\":\"" + RELEASE_12 + "\"}"),
                        Things.event(2, "instance.status_changed", INSTANCE_1, "{\"status\":\"ready\"}")));
        both("events-query", "events query", events);
        both("events-query-since", "events query --since 2030-01-02T03:02:00Z", events);
        both("events-query-after", "events query --after 0 --limit 1", events);
        both("events-query-empty", "events query --type deploy.");
        both("events-bad-resource", "events query --resource nonsense");
        both("events-bad-since", "events query --since yesterday", events);
        both("events-tail-denied", "events tail", api -> {});
    }

    private void cluster() {
        Consumer<StubApi> node = api ->
                api.on("GET /v1/nodes", page(Things.node("active"))).on("GET /v1/nodes/" + NODE, Things.node("active"));
        both("nodes-list", "nodes list", node);
        both("nodes-list-empty", "nodes list", api -> api.on("GET /v1/nodes", page()));
        both("nodes-describe", "nodes describe n1 --events 0", node);
        both("nodes-describe-missing", "nodes describe n2", api -> api.on("GET /v1/nodes", page()));
        for (String action : List.of("drain", "activate", "disable", "revoke", "fence")) {
            text(
                    "nodes-" + action,
                    "nodes " + action + " n1 --yes --reason maintenance",
                    node.andThen(api -> changed(
                            api,
                            "POST /v1/nodes/" + NODE + "/" + action,
                            "nodes." + action,
                            Things.node("draining"),
                            "node=" + NODE)));
        }
        both("nodes-revoke-unconfirmed", "nodes revoke n1", node);
        both(
                "nodes-label",
                "nodes label n1 zone=b rack-",
                node.andThen(api -> changed(
                        api, "PATCH /v1/nodes/" + NODE, "nodes.update", Things.node("active"), "node=" + NODE)));
        both("nodes-label-misuse", "nodes label n1 zone", node);
        Consumer<StubApi> edge = api ->
                api.on("GET /v1/edges", page(Things.edge("active"))).on("GET /v1/edges/" + EDGE, Things.edge("active"));
        both("edges-list", "edges list", edge);
        both("edges-list-empty", "edges list", api -> api.on("GET /v1/edges", page()));
        text("edges-describe", "edges describe e1 --events 0", edge);
        text(
                "edges-drain",
                "edges drain e1",
                edge.andThen(api -> changed(
                        api,
                        "POST /v1/edges/" + EDGE + "/drain",
                        "edges.drain",
                        Things.edge("draining"),
                        "edge=" + EDGE)));
        Consumer<StubApi> reserved = api -> api.on("GET /v1/hostname-reservations", page(Things.reservation()));
        both("hostname-reservations-list", "hostname-reservations list", reserved);
        both(
                "hostname-reservations-list-empty",
                "hostname-reservations list",
                api -> api.on("GET /v1/hostname-reservations", page()));
        text("hostname-reservations-describe", "hostname-reservations describe shop.example.com", reserved);
        text("hostname-reservations-delete-unconfirmed", "hostname-reservations delete shop.example.com", reserved);
        both(
                "hostname-reservations-delete",
                "hostname-reservations delete shop.example.com --yes",
                reserved.andThen(api -> api.on(
                        "DELETE /v1/hostname-reservations/shop.example.com",
                        mutation("hostname_reservations.lift", "applied", "null", NONE, "hostname=shop.example.com"))));
        Consumer<StubApi> addresses = api -> api.on("GET /v1/ipam", page(Things.address()));
        both("ipam-list", "ipam list", addresses);
        both("ipam-list-empty", "ipam list", api -> api.on("GET /v1/ipam", page()));
        text("ipam-describe", "ipam describe fd00:0:0:0:101::4 --events 0", addresses);
        both("tokens-list", "tokens list", api -> api.on("GET /v1/enrollment-tokens", page(Things.enrollmentToken())));
        both("tokens-list-empty", "tokens list", api -> api.on("GET /v1/enrollment-tokens", page()));
        both(
                "tokens-create",
                "tokens create --kind node --label zone=a",
                api -> api.on(
                        "POST /v1/enrollment-tokens",
                        201,
                        Things.withSecret(
                                "enrollment_tokens.create",
                                "applied",
                                Things.enrollmentToken(),
                                NONE,
                                "vt_enr_once",
                                "enrollment_token=" + TOKEN)));
        text(
                "tokens-create-ids",
                "tokens create --kind node --format ids",
                api -> api.on(
                        "POST /v1/enrollment-tokens",
                        201,
                        Things.withSecret(
                                "enrollment_tokens.create",
                                "applied",
                                Things.enrollmentToken(),
                                NONE,
                                "vt_enr_once",
                                "enrollment_token=" + TOKEN)));
        both(
                "tokens-delete",
                "tokens delete " + TOKEN + " --yes",
                api -> api.on("GET /v1/enrollment-tokens/" + TOKEN, Things.enrollmentToken())
                        .on(
                                "DELETE /v1/enrollment-tokens/" + TOKEN,
                                mutation(
                                        "enrollment_tokens.revoke",
                                        "applied",
                                        "null",
                                        NONE,
                                        "enrollment_token=" + TOKEN)));
        String nodes =
                "{\"nodes\":[{\"node_id\":\"node_01k9ejze95es8r65rzyjka7901\",\"name\":\"one\",\"overlay_ipv6\":\"fd00::1\","
                        + "\"device\":\"userspace\",\"problem\":null,\"observed_at\":\"2030-01-02T03:00:00Z\",\"peers\":["
                        + "{\"node_id\":\"node_01k9ejze95es8r65rzyjka7902\",\"name\":\"two\",\"state\":\"up\",\"rtt_micros\":1234,"
                        + "\"handshake_age_s\":17,\"endpoint\":\"[fd99::2]:51820\",\"received_bytes\":1000,\"sent_bytes\":2000}]},"
                        + "{\"node_id\":\"node_01k9ejze95es8r65rzyjka7902\",\"name\":\"two\",\"overlay_ipv6\":\"fd00::2\","
                        + "\"device\":null,\"problem\":null,\"observed_at\":null,\"peers\":[]}]}";
        both("overlay-matrix", "overlay matrix", api -> api.on("GET /v1/overlay/matrix", nodes));
        both(
                "explain-path",
                "explain-path inst_01k9ejze95es8r65rzyjka7903 inst_01k9ejze95es8r65rzyjka7904 8080 --org acme",
                api -> api.on(
                        "GET " + O + "/explain-path",
                        "{\"from\":\"inst_01k9ejze95es8r65rzyjka7903\",\"to\":\"inst_01k9ejze95es8r65rzyjka7904\",\"port\":8080,"
                                + "\"allowed\":false,\"rule\":\"p2\",\"meaning\":\"another environment\","
                                + "\"node_id\":\"node_01k9ejze95es8r65rzyjka7901\"}"));
        both(
                "cluster-status",
                "cluster status",
                api -> api.on(
                        "GET /v1/cluster",
                        "{\"id\":\"cl_01k9ejze95es8r65rzyjka7900\",\"name\":\"home\",\"server_id\":\"srv_01k9ejze95es8r65rzyjka7905\",\"mode\":\"direct\",\"head_event_id\":48213,"
                                + "\"ipv6_prefix\":\"fd00::/48\",\"feature_level\":1,\"leader_id\":\"srv-1\",\"leader_epoch\":2,\"recovery_epoch\":0,\"conditions\":[{\"code\":\"membership_stuck\",\"detail\":\"Promote[id=srv-2]: refused\",\"server_id\":\"srv_01k9ejze95es8r65rzyjka7905\"}]}"));
        both(
                "cluster-servers",
                "cluster servers",
                api -> api.on(
                        "GET /v1/servers",
                        page(
                                "{\"id\":\"srv_01k9ejze95es8r65rzyjka7905\",\"name\":\"s1\",\"addresses\":[\"[::1]:8441\"],\"version\":\"0.1.0\","
                                        + "\"member\":\"voter\",\"voter_eligible\":true,\"state\":\"online\",\"conditions\":[{\"code\":\"membership_stuck\",\"detail\":\"\"}],\"created_at\":\"2030-01-02T03:00:00Z\","
                                        + "\"updated_at\":\"2030-01-02T03:00:00Z\",\"resource_version\":1}")));
        servers();
        String view =
                "{\"name\":\"routes\",\"kind\":\"core\",\"code_version\":1,\"last_event_id\":48213,\"tables\":[\"routes\"]}";
        both("cluster-views", "cluster views", api -> api.on("GET /v1/cluster/views", page(view)));
        both("cluster-rebuild", "cluster rebuild routes", api -> api.on("POST /v1/cluster/views/routes/rebuild", view));
        both(
                "cluster-verify",
                "cluster verify",
                api -> api.on(
                        "POST /v1/cluster/verify",
                        "{\"server_id\":\"srv_01k9ejze95es8r65rzyjka7905\",\"clean\":true,\"head_event_id\":48213,\"chain_hash\":\"ab\","
                                + "\"digests\":{\"routes\":\"cd\"},\"differences\":[]}"));
        both(
                "cluster-verify-different",
                "cluster verify",
                api -> api.on(
                        "POST /v1/cluster/verify",
                        "{\"server_id\":\"srv_01k9ejze95es8r65rzyjka7905\",\"clean\":false,\"head_event_id\":48213,\"chain_hash\":\"ab\","
                                + "\"digests\":{},\"differences\":[\"routes: 1 row\"]}"));
        both(
                "cluster-events",
                "cluster events query --limit 5",
                api -> api.on(
                        "GET /v1/cluster/events",
                        Things.events(Things.event(1, "node.enrolled", NODE, "{\"name\":\"n1\"}"))));
    }

    private void servers() {
        String id = "srv_01k9ejze95es8r65rzyjka7905";
        String path = "/v1/servers/" + id;
        String server = "{\"id\":\"" + id
                + "\",\"name\":\"s1\",\"addresses\":[],\"version\":\"0.1.0\",\"member\":\"observer\",\"voter_eligible\":true,"
                + "\"state\":\"online\",\"conditions\":[],\"created_at\":\"2030-01-02T03:00:00Z\",\"updated_at\":\"2030-01-02T03:00:00Z\","
                + "\"resource_version\":2}";
        String cluster = ledBy(id);
        Consumer<StubApi> list = api -> api.on("GET /v1/servers", page(server));
        for (String action : List.of("promote", "demote")) {
            both(
                    "cluster-" + action,
                    "cluster " + action + " s1",
                    list.andThen(api ->
                            changed(api, "POST " + path + "/" + action, "servers." + action, server, "server=" + id)));
        }
        both(
                "cluster-promote-same",
                "cluster promote " + id,
                list.andThen(api -> api.on(
                        "POST " + path + "/promote",
                        mutation("servers.promote", "unchanged", server, NONE, "server=" + id))));
        transferLeadership();
        Consumer<StubApi> removes =
                list.andThen(api -> changed(api, "DELETE " + path, "servers.remove", "null", "server=" + id));
        both("cluster-remove", "cluster remove s1 --yes", removes);
        both("cluster-remove-unconfirmed", "cluster remove s1", removes);
        both("cluster-remove-missing", "cluster remove s9 --yes", list);
        both(
                "cluster-remove-unsafe",
                "cluster remove s1 --yes",
                list.andThen(api -> api.on(
                        "DELETE " + path,
                        409,
                        problem(409, "quorum_unsafe", "the voters that would be left are no majority", "look again"))));
        Consumer<StubApi> self = api -> api.on("GET /v1/cluster", cluster).on("GET " + path, server);
        both("server-status", "server status", self);
        String stuck = server.replace(
                "\"conditions\":[]", "\"conditions\":[{\"code\":\"membership_stuck\",\"detail\":\"refused\"}]");
        both("server-status-stuck", "server status", self.andThen(api -> api.on("GET " + path, stuck)));
        both(
                "server-leave",
                "server leave --yes",
                self.andThen(api -> changed(api, "POST " + path + "/leave", "servers.leave", "null", "server=" + id)));
        both("server-leave-unconfirmed", "server leave", self);
    }

    /** The cluster as the server that {@link #servers} is about shows it. */
    private static String ledBy(String leader) {
        return "{\"id\":\"cl_01k9ejze95es8r65rzyjka7900\",\"name\":\"home\",\"server_id\":\"srv_01k9ejze95es8r65rzyjka7905\","
                + "\"mode\":\"raft\",\"head_event_id\":48213,\"ipv6_prefix\":\"fd00::/48\",\"feature_level\":1,"
                + "\"leader_id\":\"" + leader + "\",\"leader_epoch\":2,\"recovery_epoch\":0,\"conditions\":[]}";
    }

    private void transferLeadership() {
        String id = "srv_01k9ejze95es8r65rzyjka7906";
        String path = "POST /v1/servers/" + id + "/transfer-leadership";
        String server = "{\"id\":\"" + id
                + "\",\"name\":\"s2\",\"addresses\":[],\"version\":\"0.1.0\",\"member\":\"voter\",\"voter_eligible\":true,"
                + "\"state\":\"online\",\"conditions\":[],\"created_at\":\"2030-01-02T03:00:00Z\",\"updated_at\":\"2030-01-02T03:00:00Z\","
                + "\"resource_version\":2}";
        Consumer<StubApi> list = api -> api.on("GET /v1/servers", page(server));
        both(
                "cluster-transfer-leadership",
                "cluster transfer-leadership s2",
                list.andThen(api -> changed(api, path, "servers.transfer_leadership", server, "server=" + id)));
        both(
                "cluster-transfer-leadership-any",
                "cluster transfer-leadership",
                list.andThen(api -> changed(
                        api.on("GET /v1/cluster", ledBy("srv-1")),
                        path,
                        "servers.transfer_leadership",
                        server,
                        "server=" + id)));
        both(
                "cluster-transfer-leadership-nobody",
                "cluster transfer-leadership",
                list.andThen(api -> api.on("GET /v1/cluster", ledBy(id))));
        both(
                "cluster-transfer-leadership-lagging",
                "cluster transfer-leadership s2",
                list.andThen(api -> api.on(
                        path,
                        409,
                        problem(409, "server_lagging", "the server lacks more than 1000 entries", "wait for it"))));
    }

    private void config() {
        String id = "cls_01k9ejze95es8r65rzyjka792h";
        String author = "usr_01k9ejze95es8r65rzyjka7901";
        String config = "{\"id\":\"" + id
                + "\",\"created_at\":\"2030-01-02T03:00:00Z\",\"updated_at\":\"2030-01-02T03:00:00Z\",\"resource_version\":7,"
                + "\"comment\":null,\"author_type\":\"user\",\"author_id\":\"" + author
                + "\",\"document\":{\"raft\":{\"desired_voters\":5}},\"advice\":[]}";
        String path = "/v1/cluster/config";
        String set = "config set --file config.json --if-revision 6";
        both("config-get", "config get", api -> api.on("GET " + path, config));
        both(
                "config-set",
                set + " --comment more",
                api -> api.on("PUT " + path, mutation("config.set", "applied", config, NONE, "config=" + id)));
        both(
                "config-set-same",
                set,
                api -> api.on("PUT " + path, mutation("config.set", "unchanged", config, NONE, "config=" + id)));
        both(
                "config-set-conflict",
                set,
                api -> api.on(
                        "PUT " + path,
                        412,
                        problem(412, "version_conflict", "the resource has changed since it was read", "")));
        both(
                "config-set-invalid",
                set,
                api -> api.on(
                        "PUT " + path,
                        422,
                        problem(422, "config_invalid", "raft.desired_voters must be from 1 to 7", "")));
        both("config-set-without-revision", "config set --file -");
        both("config-set-malformed", "config set --file vt.toml --if-revision 6");
        both("config-set-no-file", "config set --file nosuch.json --if-revision 6");
        both(
                "config-validate",
                "config validate --file config.json",
                api -> api.on(
                        "POST " + path + "/validate",
                        "{\"valid\":true,\"violations\":[],\"advice\":[{\"code\":\"even_voters\",\"path\":\"raft.desired_voters\",\"message\":\"4 voters survive no more failures than 3\"}],\"diff\":[{\"path\":\"raft.desired_voters\",\"old\":3,\"new\":4}]}"));
        both(
                "config-validate-invalid",
                "config validate --file config.json",
                api -> api.on(
                        "POST " + path + "/validate",
                        "{\"valid\":false,\"violations\":[{\"code\":\"unknown_key\",\"path\":\"raft.desired_voter\",\"message\":\"is not a key\",\"nearest\":\"raft.desired_voters\"}],\"advice\":[],\"diff\":[]}"));
        String revision = ",\"author_type\":\"user\",\"author_id\":\"" + author
                + "\",\"created_at\":\"2030-01-02T03:04:05.678Z\",\"event_id\":9,";
        both(
                "config-versions",
                "config versions",
                api -> api.on(
                        "GET " + path + "/versions",
                        page(
                                "{\"revision\":2,\"comment\":null,\"to_revision\":null" + revision
                                        + "\"changed_keys\":[\"raft.desired_voters\"]}",
                                "{\"revision\":3,\"comment\":\"back\",\"to_revision\":1" + revision
                                        + "\"changed_keys\":[]}")));
        both("config-versions-empty", "config versions", api -> api.on("GET " + path + "/versions", page()));
        both(
                "config-diff",
                "config diff 1 2",
                api -> api.on(
                        "GET " + path + "/diff",
                        "{\"from\":1,\"to\":2,\"changes\":[{\"path\":\"raft.desired_voters\",\"old\":3,\"new\":5}]}"));
        both(
                "config-diff-none",
                "config diff",
                api -> api.on("GET " + path + "/diff", "{\"from\":1,\"to\":2,\"changes\":[]}"));
        both(
                "config-rollback",
                "config rollback 1 --if-revision 2",
                api -> api.on(
                        "POST " + path + "/rollback",
                        mutation("config.rollback", "applied", config, NONE, "config=" + id)));
        both(
                "config-status",
                "config status",
                api -> api.on(
                        "GET " + path + "/status",
                        "{\"revision\":7,\"components\":[{\"kind\":\"server\",\"id\":\"srv_01k9ejze95es8r65rzyjka7920\",\"name\":\"a\",\"revision\":7,\"lags\":true,\"restart_keys\":[\"raft.heartbeat_ms\"]},{\"kind\":\"server\",\"id\":\"srv_01k9ejze95es8r65rzyjka7921\",\"name\":\"b\",\"revision\":null,\"lags\":false,\"restart_keys\":[]}]}"));
    }

    private void errors() {
        both(
                "error-quota",
                "scale web=9",
                api -> api.on(
                        "PATCH " + E + "/scale",
                        409,
                        problem(
                                409,
                                "quota_exceeded",
                                "the org may not have so many instances",
                                "ask an operator for more",
                                "{\"dimension\":\"instances\",\"limit\":10,\"current_usage\":8,\"requested_delta\":7}",
                                "")));
        both(
                "error-forbidden",
                "projects create x",
                api -> api.on(
                        "POST " + O + "/projects",
                        403,
                        problem(
                                403,
                                "insufficient_scope",
                                "the token may not do this",
                                "use a token with more rights",
                                "{\"scope\":\"projects:write\"}",
                                "")));
        both(
                "error-limited-once",
                "orgs list",
                api -> api.on(
                                "GET /v1/orgs",
                                429,
                                problem(429, "rate_limited", "too many calls", "", "{}", ",\"retry_after_seconds\":0"))
                        .then("GET /v1/orgs", 200, page(Things.org())));
        both(
                "error-commit-unknown",
                "projects create x",
                api -> api.on(
                        "POST " + O + "/projects",
                        503,
                        problem(
                                503,
                                "commit_unknown",
                                "nobody can say yet whether this was done",
                                "repeat it with the same key",
                                "{}",
                                ",\"retry_after_seconds\":0")));
        both(
                "error-internal",
                "orgs list",
                api -> api.on("GET /v1/orgs", 500, problem(500, "internal", "a defect in the server", "")));
        both(
                "error-replayed",
                "projects create x --idempotency-key once-and-only",
                api -> api.on(
                        "POST " + O + "/projects",
                        201,
                        mutation("projects.create", "replayed", Things.project(), NONE, "project=" + PROJECT)));
        both(
                "error-fields",
                "projects create x",
                api -> api.on(
                        "POST " + O + "/projects",
                        400,
                        problem(
                                400,
                                "invalid_argument",
                                "1 field is wrong",
                                "",
                                "{\"errors\":[{\"code\":\"invalid\",\"path\":\"/name\",\"message\":\"is too short\"}]}",
                                "")));
    }
}
