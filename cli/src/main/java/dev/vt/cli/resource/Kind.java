package dev.vt.cli.resource;

import dev.vt.cli.core.Target;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.util.List;
import java.util.function.Function;

/**
 * What the generic commands need to know of a resource.
 *
 * @param singular {@code route}; the plural adds an s
 * @param collection where it is listed and created
 * @param itemBase the path before {@code /{id}}
 * @param columns of the list
 */
public record Kind(
        String singular, Function<Target, String> collection, Function<Target, String> itemBase, List<Column> columns) {

    public Kind {
        columns = List.copyOf(columns);
    }

    public String plural() {
        return singular + "s";
    }

    /** @param cell text of one resource; empty prints as a dash */
    public record Column(String heading, Function<Doc, String> cell) {
        public static Column of(String heading, String member) {
            return new Column(heading, doc -> doc.str(member));
        }

        public static Column time(String heading, String member) {
            return new Column(heading, doc -> Text.time(doc.str(member)));
        }
    }

    private static Kind inOrg(String singular, Column... columns) {
        Function<Target, String> path = target -> target.orgPath() + "/" + singular + "s";
        return new Kind(singular, path, path, List.of(columns));
    }

    private static Kind inCluster(String singular, String path, Column... columns) {
        return new Kind(singular, target -> path, target -> path, List.of(columns));
    }

    private static Kind below(String singular, Function<Target, String> parent, Column... columns) {
        return new Kind(
                singular,
                parent.andThen(path -> path + "/" + singular + "s"),
                target -> target.orgPath() + "/" + singular + "s",
                List.of(columns));
    }

    private static String appPath(Target target) {
        return target.orgPath() + "/apps/" + target.app().str("id");
    }

    public static final Kind ORG = inCluster(
            "org", "/v1/orgs", Column.of("ID", "id"), Column.of("NAME", "name"), Column.time("CREATED", "created_at"));
    public static final Kind PROJECT =
            inOrg("project", Column.of("ID", "id"), Column.of("NAME", "name"), Column.time("CREATED", "created_at"));
    public static final Kind APP = inOrg(
            "app",
            Column.of("ID", "id"),
            Column.of("NAME", "name"),
            Column.of("PROJECT", "project_id"),
            Column.time("CREATED", "created_at"));
    public static final Kind ENV = below(
            "env",
            Kind::appPath,
            Column.of("ID", "id"),
            Column.of("NAME", "name"),
            Column.of("PROTECTED", "protected"),
            Column.time("CREATED", "created_at"));
    public static final Kind RELEASE = below(
            "release",
            Kind::appPath,
            Column.of("ID", "id"),
            Column.of("NUMBER", "number"),
            Column.of("IMAGE", "image_ref"),
            new Column("DIGEST", doc -> shortDigest(doc.str("image_digest"))),
            Column.time("CREATED", "created_at"));
    public static final Kind DEPLOY = below(
            "deploy",
            Target::envPath,
            Column.of("ID", "id"),
            Column.of("KIND", "kind"),
            Column.of("RELEASE", "release_id"),
            Column.of("STATUS", "status"),
            Column.of("MESSAGE", "message"),
            Column.time("CREATED", "created_at"));
    public static final Kind INSTANCE = below(
            "instance",
            Target::envPath,
            Column.of("ID", "id"),
            Column.of("PROCESS", "process_type"),
            Column.of("NODE", "node_id"),
            Column.of("DESIRED", "desired_state"),
            Column.of("STATUS", "status"),
            Column.of("REASON", "reason_code"),
            Column.of("ADDRESS", "overlay_ipv6"),
            Column.of("RESTARTS", "restart_count"));
    public static final Kind ROUTE = below(
            "route",
            Target::envPath,
            Column.of("ID", "id"),
            Column.of("KIND", "kind"),
            Column.of("HOSTNAME", "hostname"),
            Column.of("PORT", "listen_port"),
            new Column("TARGET", doc -> doc.str("target.process_type") + ":" + doc.str("target.port")),
            Column.of("MANAGED", "managed_by"));
    public static final Kind ENDPOINT = below(
            "endpoint",
            Target::envPath,
            Column.of("ROUTE", "route_id"),
            Column.of("KIND", "kind"),
            Column.of("HOSTNAME", "hostname"),
            Column.of("PORT", "listen_port"),
            new Column(
                    "ADDRESSES",
                    doc -> String.join(
                            " ",
                            doc.list("addresses").stream()
                                    .map(address -> address.text().orElse(""))
                                    .toList())),
            Column.of("STATE", "state"),
            Column.of("REASON", "reason_code"));
    public static final Kind NODE = inCluster(
            "node",
            "/v1/nodes",
            Column.of("ID", "id"),
            Column.of("NAME", "name"),
            Column.of("STATE", "state"),
            Column.of("HEALTH", "health"),
            Column.of("ADDRESS", "overlay_ipv6"));
    public static final Kind EDGE = inCluster(
            "edge", "/v1/edges", Column.of("ID", "id"), Column.of("NAME", "name"), Column.of("STATE", "state"));
    public static final Kind TOKEN = inCluster(
            "token",
            "/v1/enrollment-tokens",
            Column.of("ID", "id"),
            Column.of("KIND", "kind"),
            Column.of("STATUS", "status"),
            Column.time("EXPIRES", "expires_at"));

    public static final List<Kind> ALL =
            List.of(ORG, PROJECT, APP, ENV, RELEASE, DEPLOY, INSTANCE, ROUTE, ENDPOINT, NODE, EDGE, TOKEN);

    /** {@code sha256:9c1e6f4d0b7a…} as {@code 9c1e6f4d0b7a}. */
    public static String shortDigest(String digest) {
        String hex = digest.substring(digest.indexOf(':') + 1);
        return hex.length() > 12 ? hex.substring(0, 12) : hex;
    }
}
