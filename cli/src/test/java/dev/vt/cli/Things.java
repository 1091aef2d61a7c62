package dev.vt.cli;

/** Documents as the server gives them: an org with a shop that runs. */
final class Things {
    static final String ORG = "org_01k9ejze95es8r65rzyjka7920";
    static final String PROJECT = "prj_01k9ejze95es8r65rzyjka7921";
    static final String APP = "app_01k9ejze95es8r65rzyjka7922";
    static final String ENV = "env_01k9ejze95es8r65rzyjka7923";
    static final String RELEASE_11 = "rel_01k9ejze95es8r65rzyjka7911";
    static final String RELEASE_12 = "rel_01k9ejze95es8r65rzyjka7912";
    static final String DEPLOY_1 = "dep_01k9ejzeaae4ma4jz41b93y211";
    static final String DEPLOY_2 = "dep_01k9ejzeaae4ma4jz41b93y212";
    static final String INSTANCE_1 = "inst_01k9ejze95es8r65rzyjka7931";
    static final String INSTANCE_2 = "inst_01k9ejze95es8r65rzyjka7932";
    static final String ROUTE = "rt_01k9ejze95es8r65rzyjka7941";
    static final String NODE = "node_01k9ejze95es8r65rzyjka7951";
    static final String EDGE = "edge_01k9ejze95es8r65rzyjka7961";
    static final String TOKEN = "etk_01k9ejze95es8r65rzyjka7971";
    static final String SECRETS = "sb_01k9ejze95es8r65rzyjka7981";
    static final String SECRETS_2 = "sv_01k9ejze95es8r65rzyjka7982";
    static final String EXEC = "exec_01k9ejze95es8r65rzyjka7991";
    static final String REQUEST = "req_01k9ejze80emq8k9w39qsaekf4";
    private static final String DIGEST = "sha256:9c1e6f4d0b7a2c58e3f1d6b9a4870c25f3e8d1b6a7c09542e6f81b3d7a5c0e94";
    private static final String HASH = "sha256:6f0a91c2aa7a2c58e3f1d6b9a4870c25f3e8d1b6a7c09542e6f81b3d7a5c0e94";
    private static final String TIMES =
            "\"created_at\":\"2030-01-02T03:00:00.000Z\",\"updated_at\":\"2030-01-02T03:01:00.000Z\",\"resource_version\":3";
    private static final String OWNERS = "\"org_id\":\"" + ORG + "\",\"project_id\":\"" + PROJECT + "\",\"app_id\":\""
            + APP + "\",\"env_id\":\"" + ENV + "\"";

    private Things() {}

    static String org() {
        return org(ORG, "acme");
    }

    static String org(String id, String name) {
        return "{\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"billing_email\":\"\",\"developers_may_exec\":false,"
                + TIMES + "}";
    }

    static String project() {
        return project(PROJECT, "web");
    }

    static String project(String id, String name) {
        return "{\"id\":\"" + id + "\",\"org_id\":\"" + ORG + "\",\"name\":\"" + name + "\",\"description\":\"\","
                + TIMES + "}";
    }

    static String app() {
        return app(APP, "shop");
    }

    static String app(String id, String name) {
        return "{\"id\":\"" + id + "\",\"org_id\":\"" + ORG + "\",\"project_id\":\"" + PROJECT + "\",\"name\":\"" + name
                + "\",\"description\":\"\"," + TIMES + "}";
    }

    static String env() {
        return env(ENV, "prod", false);
    }

    static String env(String id, String name, boolean isProtected) {
        return "{\"id\":\"" + id + "\",\"org_id\":\"" + ORG + "\",\"project_id\":\"" + PROJECT + "\",\"app_id\":\""
                + APP + "\",\"name\":\"" + name + "\",\"protected\":" + isProtected + "," + TIMES + "}";
    }

    static String releaseSummary(String id, int number) {
        return "{" + releaseFields(id, number) + "}";
    }

    /** @param memory of its one process type, {@code web} */
    static String release(String id, int number, String memory) {
        return "{" + releaseFields(id, number)
                + ",\"image_config\":{\"entrypoint\":[\"/app\"]},\"manifest\":{\"schema_version\":\"v1\",\"env\":{\"vars\":{\"LEVEL\":\""
                + memory + "\",\"MODE\":\"fast\"}},\"processes\":{\"web\":{}}}}";
    }

    private static String releaseFields(String id, int number) {
        return "\"id\":\"" + id + "\",\"org_id\":\"" + ORG + "\",\"project_id\":\"" + PROJECT + "\",\"app_id\":\"" + APP
                + "\",\"number\":" + number + ",\"image_ref\":\"registry.example.com/acme/shop:" + number
                + "\",\"image_digest\":\"" + DIGEST
                + "\",\"resolved_digests\":[{\"os\":\"linux\",\"arch\":\"amd64\",\"digest\":\""
                + DIGEST + "\"}],\"manifest_schema_version\":\"v1\",\"manifest_hash\":\"" + HASH + "\"," + TIMES;
    }

    static String deploy(String id, String release, String status, String message) {
        return "{\"id\":\"" + id + "\"," + OWNERS + ",\"kind\":\"deploy\",\"release_id\":\"" + release
                + "\",\"process_types\":[\"web\"],\"strategy\":\"rolling\",\"plan_hash\":\"" + HASH
                + "\",\"previous\":{\"web\":\"" + RELEASE_11 + "\"},\"status\":\"" + status + "\""
                + (message.isEmpty() ? "" : ",\"reason_code\":\"health_failed\",\"message\":\"" + message + "\"") + ","
                + TIMES
                + "}";
    }

    static String instance(String id, String status, String reason) {
        String code = reason.isEmpty() ? "null" : "\"" + reason + "\"";
        return "{\"id\":\"" + id + "\"," + OWNERS + "," + TIMES + ",\"process_type\":\"web\",\"node_id\":\"" + NODE
                + "\",\"driver\":\"qemu\",\"release_id\":\"" + RELEASE_12 + "\",\"secrets_version_id\":\"" + SECRETS_2
                + "\",\"deploy_id\":\"" + DEPLOY_2 + "\",\"group_spec_hash\":\"" + HASH
                + "\",\"overlay_ipv6\":\"fd00:0:0:1::1\",\"resources\":{\"cpu_millis\":1000,\"memory_bytes\":268435456,\"disk_bytes\":1073741824},"
                + "\"status\":\"" + status + "\",\"reason_code\":" + code
                + ",\"detail\":null,\"boot_id\":null,\"restart_count\":0,\"exit_code\":null,"
                + "\"desired\":{\"state\":\"running\",\"reason_code\":null,\"since\":\"2030-01-02T03:00:00Z\"},"
                + "\"actual\":{\"status\":\"" + status + "\",\"reason_code\":" + code
                + ",\"since\":\"2030-01-02T03:01:00Z\"},\"conditions\":[{\"type\":\"Ready\",\"status\":"
                + status.equals("ready")
                + ",\"reason_code\":" + code + ",\"detail\":null,\"since\":\"2030-01-02T03:01:00Z\"}]}";
    }

    static String process(int wanted, int ready, int old, String reason) {
        String code = reason.isEmpty() ? "null" : "\"" + reason + "\"";
        return "{\"id\":\"web\",\"env_id\":\"" + ENV + "\",\"process_type\":\"web\",\"release_id\":\"" + RELEASE_12
                + "\",\"deploy_id\":\"" + DEPLOY_2 + "\",\"group_spec_hash\":\"" + HASH + "\",\"wanted\":" + wanted
                + ",\"ready\":"
                + ready + ",\"old\":" + old + ",\"starting\":0,\"reason_code\":" + code
                + ",\"detail\":null,\"blocked\":false,\"desired\":{\"wanted\":" + wanted + ",\"release_id\":\""
                + RELEASE_12
                + "\"},\"actual\":{\"ready\":" + ready + ",\"old\":" + old + ",\"starting\":0},\"conditions\":[]}";
    }

    static String route() {
        return "{\"id\":\"" + ROUTE + "\"," + OWNERS
                + ",\"kind\":\"tls_passthrough\",\"hostname\":\"shop.example.com\",\"listen_port\":443,"
                + "\"target\":{\"process_type\":\"web\",\"port\":8443},\"proxy_protocol\":\"off\",\"backend_expects_proxy_protocol\":false,"
                + "\"proxy_tlvs\":[],\"ipv4\":\"off\",\"allow_no_sni\":false,\"balance\":\"round_robin\",\"max_connections\":0,"
                + "\"terminate_on_delete\":false,\"managed_by\":\"api\","
                + TIMES + "}";
    }

    static String endpoint(String state, String reason) {
        return "{\"id\":\"" + ROUTE + "\",\"route_id\":\"" + ROUTE + "\",\"env_id\":\"" + ENV
                + "\",\"kind\":\"tls_passthrough\",\"hostname\":\"shop.example.com\",\"listen_port\":443,\"addresses\":[\"2001:db8::1\"],"
                + "\"state\":\"" + state + "\",\"reason_code\":" + (reason.isEmpty() ? "null" : "\"" + reason + "\"")
                + ",\"ready_backends\":1}";
    }

    /** One that awaits the proof of its hostname. */
    static String unproven() {
        return endpoint("pending", "pending_verification")
                .replace(
                        "\"ready_backends\"",
                        "\"detail\":\"the hostname is not proven yet; make the TXT record that verification names\","
                                + "\"verification\":{\"record_type\":\"TXT\",\"record_name\":\"_vt-challenge.shop.example.com\","
                                + "\"record_value\":\"vtc_01k9ejze95es8r65rzyjka7941\"},\"ready_backends\"");
    }

    static String reservation() {
        return "{\"id\":\"shop.example.com\",\"hostname\":\"shop.example.com\",\"org_id\":\"" + ORG
                + "\",\"freed_at\":\"2026-11-12T08:00:00Z\",\"expires_at\":\"2026-11-13T08:00:00Z\"}";
    }

    static String address() {
        return "{\"id\":\"fd00:0:0:0:101::4\",\"address\":\"fd00:0:0:0:101::4\",\"state\":\"cooldown\",\"org_id\":\""
                + ORG
                + "\",\"env_id\":\"" + ENV + "\",\"owner_type\":\"instance\",\"owner_id\":\"" + INSTANCE_1
                + "\",\"node_id\":\""
                + NODE + "\",\"allocated_at\":\"2026-11-12T08:00:00Z\",\"released_at\":\"2026-11-12T09:00:00Z\","
                + "\"cooldown_until\":\"2026-11-12T10:00:00Z\"}";
    }

    static String secrets(int number) {
        String id = number == 0 ? "null" : "\"" + SECRETS + "\"";
        return "{\"id\":" + id + "," + OWNERS + ",\"version_id\":" + (number == 0 ? "null" : "\"" + SECRETS_2 + "\"")
                + ",\"number\":" + number + ",\"cause\":" + (number == 0 ? "null" : "\"set\"")
                + ",\"data_fingerprint\":null,\"keys\":"
                + (number == 0
                        ? "[]"
                        : "[{\"name\":\"DATABASE_URL\",\"size_bytes\":31},{\"name\":\"TOKEN\",\"size_bytes\":16}]")
                + ",\"resource_version\":" + number + "}";
    }

    static String secretVersion() {
        return "{\"id\":\"" + SECRETS_2 + "\",\"env_id\":\"" + ENV + "\",\"bundle_id\":\"" + SECRETS
                + "\",\"number\":2,\"cause\":\"set\",\"data_fingerprint\":\"" + HASH
                + "\",\"keys\":[\"DATABASE_URL\",\"TOKEN\"],\"shredded\":false,\"created_at\":\"2030-01-02T03:00:00Z\"}";
    }

    static String node(String state) {
        return "{\"id\":\"" + NODE + "\"," + TIMES + ",\"name\":\"n1\",\"state\":\"" + state
                + "\",\"health\":\"online\",\"reason_code\":null,\"detail\":null,\"labels\":{\"zone\":\"a\"},\"drain_forced\":false,"
                + "\"fenced\":false,\"overlay_ipv6\":\"fd00::1\",\"address_block\":\"fd00:0:0:1::/80\",\"cert_fingerprint\":\"ab12\",\"cert_not_after\":\"2030-02-01T00:00:00.000Z\","
                + "\"wireguard_public_key\":null,\"underlay\":[],\"inventory\":{\"cpu_millis\":2000,\"memory_bytes\":8589934592,"
                + "\"disk_bytes\":107374182400,\"arch\":\"amd64\",\"kvm\":true,\"drivers\":[]},\"allocatable\":{\"cpu_millis\":2000,"
                + "\"memory_bytes\":7516192768,\"disk_bytes\":107374182400},\"agent_version\":\"0.1.0\",\"connected\":true,"
                + "\"flapping\":false,\"clock_skew\":false}";
    }

    static String edge(String state) {
        return "{\"id\":\"" + EDGE + "\"," + TIMES + ",\"name\":\"e1\",\"state\":\"" + state
                + "\",\"addresses\":[\"2001:db8::1\"],\"cert_fingerprint\":\"cd34\",\"cert_not_after\":null,\"rejected_reason\":null,\"connected\":true}";
    }

    static String enrollmentToken() {
        return "{\"id\":\"" + TOKEN + "\"," + TIMES
                + ",\"kind\":\"node\",\"status\":\"open\",\"expires_at\":\"2030-01-02T04:04:05Z\",\"labels\":{},\"by_id\":null}";
    }

    static String execSession(String status) {
        return "{\"id\":\"" + EXEC + "\"," + OWNERS + "," + TIMES + ",\"instance_id\":\"" + INSTANCE_1
                + "\",\"command\":[\"ls\",\"-l\"],\"tty\":false,\"status\":\"" + status
                + "\",\"expires_at\":\"2030-01-02T03:05:05Z\",\"exit_code\":0,\"end_reason\":\"exited\"}";
    }

    static String event(int id, String type, String aggregate, String payload) {
        return "{\"event_id\":" + id + ",\"occurred_at\":\"2030-01-02T03:0" + id % 10
                + ":00.000Z\",\"aggregate_type\":\""
                + type.substring(0, type.indexOf('.')) + "\",\"aggregate_id\":\"" + aggregate
                + "\",\"aggregate_seq\":1,\"event_type\":\"" + type
                + "\",\"event_version\":1,\"actor_type\":\"system\",\"actor_id\":\"scheduler\",\"request_id\":\""
                + REQUEST
                + "\",\"batch_id\":\"b\",\"batch_index\":0,\"payload\":" + payload + ",\"chain_hash\":\"00\"}";
    }

    static String events(String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"next_after_event_id\":48213}";
    }

    static String log(String line) {
        return "{\"v\":1,\"type\":\"log\",\"ts\":\"2030-01-02T03:04:05.678Z\",\"seq\":7,"
                + OWNERS.replace("\"project_id\":\"" + PROJECT + "\",", "")
                + ",\"process_type\":\"web\",\"instance_id\":\"" + INSTANCE_1 + "\",\"release_id\":\"" + RELEASE_12
                + "\",\"node_id\":\"" + NODE + "\",\"stream\":\"stdout\",\"line\":\"" + line + "\"}";
    }

    /** @param changes as the plan has them */
    static String plan(String... changes) {
        return "{\"env_id\":\"" + ENV + "\",\"release_id\":\"" + RELEASE_12 + "\",\"plan_hash\":\"" + HASH
                + "\",\"event_id\":48190,\"destructive\":false,\"process_types\":[\"web\"],\"changes\":["
                + String.join(",", changes) + "]}";
    }

    static String change(String op, String kind, String name, String summary, boolean destructive) {
        return "{\"op\":\"" + op + "\",\"kind\":\"" + kind + "\",\"id\":null,\"name\":\"" + name + "\",\"summary\":\""
                + summary + "\",\"destructive\":" + destructive + "}";
    }

    static String[] changes() {
        return new String[] {
            change("update", "release", "v11 -> v12", "image 77ab0c12 -> 9c1e6f4d", false),
            change(
                    "update",
                    "process",
                    "web",
                    "memory 256Mi -> 512Mi, vars +LOG_LEVEL; replaces 2 (rolling, surge 1)",
                    false),
            change("create", "route", "shop.example.com:443 -> web:8443", "", false)
        };
    }

    static String page(String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"next_cursor\":null}";
    }

    /** @param ids by kind, for example {@code env=env_…} */
    static String mutation(String operation, String status, String resource, String[] changes, String... ids) {
        return withSecret(operation, status, resource, changes, "", ids);
    }

    /** @param secret shown once; empty if there is none */
    static String withSecret(
            String operation, String status, String resource, String[] changes, String secret, String... ids) {
        StringBuilder all = new StringBuilder();
        for (String id : ids) {
            all.append(all.isEmpty() ? "" : ",")
                    .append('"')
                    .append(id.replace("=", "\":\""))
                    .append('"');
        }
        return "{\"resource\":" + resource + ",\"receipt\":{\"operation\":\"" + operation + "\",\"status\":\"" + status
                + "\",\"request_id\":\"" + REQUEST + "\",\"event_id\":"
                + (status.equals("unchanged") ? "null" : "48213")
                + ",\"at\":\"2030-01-02T03:04:05Z\",\"ids\":{" + all + "},\"changes\":[" + String.join(",", changes)
                + "],\"wait\":null}" + (secret.isEmpty() ? "" : ",\"secret\":\"" + secret + "\"") + "}";
    }

    static String problem(int status, String code, String detail, String hint) {
        return problem(status, code, detail, hint, "{}", "");
    }

    /** @param more further members, each with a leading comma */
    static String problem(int status, String code, String detail, String hint, String details, String more) {
        return "{\"type\":\"urn:vt:error:" + code + "\",\"title\":\"" + code + "\",\"status\":" + status
                + ",\"detail\":\"" + detail
                + "\",\"instance\":\"" + REQUEST + "\",\"code\":\"" + code + "\""
                + (hint.isEmpty() ? "" : ",\"hint\":\"" + hint + "\"")
                + ",\"retryable\":" + more.contains("retry_after") + more + ",\"request_id\":\"" + REQUEST
                + "\",\"details\":" + details
                + "}";
    }
}
