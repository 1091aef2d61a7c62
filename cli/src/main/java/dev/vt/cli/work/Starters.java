package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.output.Table;
import dev.vt.kernel.NearestName;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Manifests to begin with (C16). */
public final class Starters {
    /** @param body everything after the {@code [image]} table */
    public record Starter(String name, String description, String body) {
        public String manifest(String app, String project, String image) {
            return """
                    schema_version = "v1"

                    [app]
                    name = "%s"
                    project = "%s"

                    [image]
                    ref = "%s"

                    """.formatted(app, project, image) + body;
        }
    }

    public static final List<Starter> ALL = List.of(
            new Starter("web", "an HTTP service with a health check, reached by a port of its own", """
                    [processes.web.resources]
                    memory = "128Mi"
                    [[processes.web.ports]]
                    name = "http"
                    internal = 8080
                    [processes.web.health]
                    port = "http"
                    type = "http"
                    path = "/"

                    [[routes]]
                    kind = "tcp_raw"
                    listen_port = 8080
                    process = "web"
                    port = "http"
                    """),
            new Starter("worker", "a process without ports", """
                    [processes.worker.resources]
                    memory = "128Mi"
                    """),
            new Starter("tcp", "a TCP service", """
                    [processes.tcp.resources]
                    memory = "128Mi"
                    [[processes.tcp.ports]]
                    name = "tcp"
                    internal = 9000
                    [processes.tcp.health]
                    port = "tcp"

                    [[routes]]
                    kind = "tcp_raw"
                    listen_port = 9000
                    process = "tcp"
                    port = "tcp"
                    """),
            new Starter("static", "a web server that terminates TLS itself, reached by name", """
                    [processes.web.resources]
                    memory = "128Mi"
                    [[processes.web.ports]]
                    name = "https"
                    internal = 8443
                    [processes.web.health]
                    port = "https"

                    [[routes]]
                    hostname = "static.example.com"
                    listen_port = 8443
                    process = "web"
                    port = "https"
                    """));

    private Starters() {}

    static Starter find(String name) {
        List<String> names = ALL.stream().map(Starter::name).toList();
        return ALL.stream()
                .filter(starter -> starter.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CliException(CliError.usage(
                        "invalid_argument",
                        "there is no starter '" + name + "'"
                                + NearestName.of(name, names)
                                        .map(near -> "; did you mean '" + near + "'?")
                                        .orElse(""),
                        "use one of " + String.join(", ", names))));
    }

    @Command(name = "list", description = "list the manifests that launch can begin with")
    public static final class ListAll extends VtCommand {
        @Override
        protected int run(Session session) {
            if (session.globals().isJson()) {
                session.print(
                        "vt.starter/v1",
                        "items",
                        ALL.stream()
                                .map(starter -> Map.of("name", starter.name(), "description", starter.description()))
                                .toList());
                return 0;
            }
            Table table = new Table("NAME", "DESCRIPTION");
            ALL.forEach(starter -> table.row(starter.name(), starter.description()));
            table.print(session.out(), session.width());
            return 0;
        }
    }

    @Command(name = "show", description = "print the manifest of a starter")
    @SuppressWarnings("NullAway.Init")
    public static final class Show extends VtCommand {
        @Parameters(paramLabel = "NAME", description = "see vt starters list")
        private String name;

        @Override
        protected int run(Session session) {
            session.out().print(find(name).manifest("my-app", "my-project", "registry.example.com/my-app:1"));
            return 0;
        }
    }
}
