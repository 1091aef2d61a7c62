package dev.vt.cli.resource;

import dev.vt.cli.core.Target;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the generic commands need to know of a resource.
 *
 * @param singular {@code route}; the plural adds an s
 * @param collection where it is listed and created
 * @param itemBase the path before {@code /{id}}
 * @param columns of the list
 * @param about what it is, for {@code --help}; empty if the name says it
 * @param calls how people call one that has no {@code name}; null if the server finds it by name
 */
public record Kind(
        String singular,
        Function<Target, String> collection,
        Function<Target, String> itemBase,
        List<Column> columns,
        String about,
        @Nullable Function<Doc, List<String>> calls) {

    public Kind {
        columns = List.copyOf(columns);
    }

    public Kind(
            String singular,
            Function<Target, String> collection,
            Function<Target, String> itemBase,
            List<Column> columns) {
        this(singular, collection, itemBase, columns, "", null);
    }

    /** The same with a line for {@code --help}. */
    public Kind about(String text) {
        return new Kind(singular, collection, itemBase, columns, text, calls);
    }

    /** The same, found by what {@code names} gives of each item of its list. */
    private Kind called(Function<Doc, List<String>> names) {
        return new Kind(singular, collection, itemBase, columns, about, names);
    }

    public String plural() {
        // A mass noun.
        return singular.equals("ipam") ? singular : singular + (singular.endsWith("s") ? "es" : "s");
    }

    /** {@code exec_session}: as schemas write it. */
    public String schemaName() {
        return singular.replace('-', '_');
    }

    /** {@code exec session}: as people read it. */
    public String words() {
        return singular.replace('-', ' ');
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
        String plural = singular + (singular.endsWith("s") ? "es" : "s");
        return new Kind(
                singular,
                parent.andThen(path -> path + "/" + plural),
                target -> target.orgPath() + "/" + plural,
                List.of(columns));
    }

    /** {@code shop.example.com}, {@code shop.example.com:443}, {@code :8080} or {@code *:8080}. */
    private static List<String> addresses(Doc route) {
        String port = ":" + route.str("listen_port");
        String hostname = route.str("hostname");
        return hostname.isEmpty() ? List.of(port, "*" + port) : List.of(hostname, hostname + port);
    }

    private static String appPath(Target target) {
        return target.orgPath() + "/apps/" + target.app().str("id");
    }

    public static final Kind ORG = inCluster(
                    "org",
                    "/v1/orgs",
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.time("CREATED", "created_at"))
            .about("Orgs: who owns projects, and whose members may change them");
    public static final Kind PROJECT = inOrg(
                    "project", Column.of("ID", "id"), Column.of("NAME", "name"), Column.time("CREATED", "created_at"))
            .about("Projects: groups of apps in an org");
    public static final Kind APP = inOrg(
                    "app",
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.of("PROJECT", "project_id"),
                    Column.time("CREATED", "created_at"))
            .about("Apps: what is released; each has environments to run in");
    public static final Kind ENV = below(
                    "env",
                    Kind::appPath,
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.of("PROTECTED", "protected"),
                    Column.time("CREATED", "created_at"))
            .about("Environments: where an app runs, for example prod and staging");
    public static final Kind RELEASE = below(
                    "release",
                    Kind::appPath,
                    Column.of("ID", "id"),
                    Column.of("NUMBER", "number"),
                    Column.of("IMAGE", "image_ref"),
                    new Column("DIGEST", doc -> shortDigest(doc.str("image_digest"))),
                    Column.time("CREATED", "created_at"))
            .about("Releases: an image and a manifest, kept together under a number")
            .called(doc -> List.of(doc.str("number"), "v" + doc.str("number")));
    public static final Kind DEPLOY = below(
                    "deploy",
                    Target::envPath,
                    Column.of("ID", "id"),
                    Column.of("KIND", "kind"),
                    Column.of("RELEASE", "release_id"),
                    Column.of("STATUS", "status"),
                    Column.of("MESSAGE", "message"),
                    Column.time("CREATED", "created_at"))
            .about("Deploys: which release went into an environment when, and how it ended")
            .called(doc -> List.of());
    public static final Kind PROCESS = below(
                    "process",
                    Target::envPath,
                    Column.of("PROCESS", "process_type"),
                    Column.of("WANTED", "wanted"),
                    Column.of("READY", "ready"),
                    Column.of("OLD", "old"),
                    Column.of("RELEASE", "release_id"),
                    Column.of("REASON", "reason_code"))
            .about("Process types of an environment: how many instances it shall have and has")
            .called(doc -> List.of(doc.str("process_type")));
    public static final Kind INSTANCE = below(
                    "instance",
                    Target::envPath,
                    Column.of("ID", "id"),
                    Column.of("PROCESS", "process_type"),
                    Column.of("NODE", "node_id"),
                    Column.of("DESIRED", "desired.state"),
                    Column.of("STATUS", "status"),
                    Column.of("REASON", "reason_code"),
                    Column.of("ADDRESS", "overlay_ipv6"),
                    Column.of("RESTARTS", "restart_count"))
            .about("Instances: the microVMs of an environment, stopped ones included")
            .called(doc -> List.of());
    public static final Kind ROUTE = below(
                    "route",
                    Target::envPath,
                    Column.of("ID", "id"),
                    Column.of("KIND", "kind"),
                    Column.of("HOSTNAME", "hostname"),
                    Column.of("PORT", "listen_port"),
                    new Column("TARGET", doc -> doc.str("target.process_type") + ":" + doc.str("target.port")),
                    Column.of("MANAGED", "managed_by"))
            .about("Routes: which hostname or port leads to which process")
            .called(Kind::addresses);
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
                    Column.of("REASON", "reason_code"))
            .about("Endpoints: what is reachable from outside, where, and why not")
            .called(Kind::addresses);
    public static final Kind EXEC_SESSION = inOrg(
                    "exec-session",
                    Column.of("ID", "id"),
                    Column.of("INSTANCE", "instance_id"),
                    Column.of("STATUS", "status"),
                    new Column(
                            "COMMAND",
                            doc -> String.join(
                                    " ",
                                    doc.list("command").stream()
                                            .map(word -> word.text().orElse(""))
                                            .toList())),
                    Column.of("EXIT", "exit_code"),
                    Column.of("ENDED", "end_reason"),
                    Column.time("CREATED", "created_at"))
            .about("Exec sessions: who ran what in which instance")
            .called(doc -> List.of());
    public static final Kind NODE = inCluster(
                    "node",
                    "/v1/nodes",
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.of("STATE", "state"),
                    Column.of("HEALTH", "health"),
                    Column.of("ADDRESS", "overlay_ipv6"))
            .about("Nodes: the machines that run VMs");
    public static final Kind EDGE = inCluster(
                    "edge",
                    "/v1/edges",
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.of("STATE", "state"),
                    new Column(
                            "ADDRESSES",
                            doc -> String.join(
                                    " ",
                                    doc.list("addresses").stream()
                                            .map(address -> address.text().orElse(""))
                                            .toList())),
                    Column.of("CONNECTED", "connected"))
            .about("Edges: the machines that take connections from outside");
    public static final Kind TOKEN = inCluster(
                    "token",
                    "/v1/enrollment-tokens",
                    Column.of("ID", "id"),
                    Column.of("KIND", "kind"),
                    Column.of("STATUS", "status"),
                    Column.time("EXPIRES", "expires_at"))
            .about("Enrollment tokens: a machine joins with one, once")
            .called(doc -> List.of());

    public static final Kind HOSTNAME_RESERVATION = inCluster(
                    "hostname-reservation",
                    "/v1/hostname-reservations",
                    Column.of("HOSTNAME", "hostname"),
                    Column.of("ORG", "org_id"),
                    Column.time("FREED", "freed_at"),
                    Column.time("UNTIL", "expires_at"))
            .about("Hostname reservations: names without routes that only their last org may take")
            .called(doc -> List.of(doc.str("hostname")));

    public static final Kind IPAM = inCluster(
                    "ipam",
                    "/v1/ipam",
                    Column.of("ADDRESS", "address"),
                    Column.of("STATE", "state"),
                    Column.of("OWNER", "owner_id"),
                    Column.of("NODE", "node_id"),
                    Column.time("SINCE", "allocated_at"),
                    Column.time("UNTIL", "released_at"))
            .about("Overlay addresses: who has them, or had them until a short while ago")
            .called(doc -> List.of(doc.str("address")));

    public static final Kind MEMBER = inOrg(
                    "member",
                    Column.of("ID", "id"),
                    Column.of("EMAIL", "email"),
                    Column.of("ROLE", "role"),
                    Column.time("ADDED", "created_at"))
            .about("Members: the people of an org, and what they may do there")
            .called(doc -> List.of(doc.str("email")));
    public static final Kind SERVICE_PRINCIPAL = inOrg(
                    "service-principal",
                    Column.of("ID", "id"),
                    Column.of("NAME", "name"),
                    Column.of("CLIENT", "client_id"),
                    Column.of("RESOURCE", "resource"),
                    Column.time("CREATED", "created_at"))
            .about("Service principals: what programs sign in as");
    public static final Kind USER = inCluster(
                    "user",
                    "/v1/users",
                    Column.of("ID", "id"),
                    Column.of("EMAIL", "email"),
                    Column.of("OPERATOR", "operator"),
                    Column.of("DISABLED", "disabled"),
                    Column.time("CREATED", "created_at"))
            .about("Users: everybody who can sign in to the cluster")
            .called(doc -> List.of(doc.str("email")));

    public static final List<Kind> ALL = List.of(
            ORG,
            PROJECT,
            APP,
            ENV,
            RELEASE,
            DEPLOY,
            PROCESS,
            INSTANCE,
            ROUTE,
            ENDPOINT,
            EXEC_SESSION,
            NODE,
            EDGE,
            TOKEN,
            HOSTNAME_RESERVATION,
            IPAM,
            MEMBER,
            SERVICE_PRINCIPAL,
            USER);

    /** {@code sha256:9c1e6f4d0b7a…} as {@code 9c1e6f4d0b7a}. */
    public static String shortDigest(String digest) {
        String hex = digest.substring(digest.indexOf(':') + 1);
        return hex.length() > 12 ? hex.substring(0, 12) : hex;
    }
}
