package dev.vt.cli.identity;

import dev.vt.cli.core.Durations;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt service-principals …}: what programs sign in as. */
public final class PrincipalCommands {
    private PrincipalCommands() {}

    @Command(name = "create", description = "create a service principal; its secret is printed once")
    @SuppressWarnings("NullAway.Init")
    public static final class Create extends VtCommand {
        @Parameters(paramLabel = "NAME", description = "what it is called in the org")
        private String name;

        @Option(names = "--scope", paramLabel = "SCOPE", required = true, description = "may be given several times")
        private List<String> scopes;

        @Option(names = "--resource", paramLabel = "ID", description = "bind it to one project, app or env")
        private @Nullable String resource;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            body.put("scopes", scopes);
            if (resource != null) {
                body.put("resource", resource);
            }
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            Kind.SERVICE_PRINCIPAL.collection().apply(session.target()),
                            body,
                            session.idempotencyKey(),
                            "creating service principal " + name);
            OneTimeSecret.print(
                    session,
                    "created service principal " + name + " with client id " + answer.str("resource.client_id"),
                    session.target().label(),
                    answer,
                    "secret",
                    List.of(new Receipt.Next(
                            "describe", "vt service-principals describe " + answer.str("resource.id"))));
            return 0;
        }
    }

    @Command(name = "update", description = "change scopes or what it is bound to")
    @SuppressWarnings("NullAway.Init")
    public static final class Update extends VtCommand {
        @Parameters(paramLabel = "PRINCIPAL", description = "name or id")
        private String principal;

        @Option(names = "--scope", paramLabel = "SCOPE", description = "all it shall have")
        private List<String> scopes = List.of();

        @Option(names = "--resource", paramLabel = "ID", description = "bind it to one project, app or env")
        private @Nullable String resource;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            if (!scopes.isEmpty()) {
                body.put("scopes", scopes);
            }
            if (resource != null) {
                body.put("resource", resource);
            }
            if (body.isEmpty()) {
                throw usage("give --scope or --resource");
            }
            Doc found = DescribeCommand.find(session, Kind.SERVICE_PRINCIPAL, principal);
            Doc answer = session.api()
                    .mutate(
                            "PATCH",
                            item(session, found),
                            body,
                            session.idempotencyKey(),
                            "changing service principal " + principal);
            new Receipt(
                            "changed service principal " + found.str("name"),
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of())
                    .print(
                            session.out(),
                            session.globals().isJson(),
                            session.globals().isIds());
            return 0;
        }
    }

    @Command(name = "rotate", description = "a new secret, printed once")
    @SuppressWarnings("NullAway.Init")
    public static final class Rotate extends VtCommand {
        @Parameters(paramLabel = "PRINCIPAL", description = "name or id")
        private String principal;

        @Option(
                names = "--overlap",
                paramLabel = "DURATION",
                description = "how long the old secret works on, at most 24h, default 1h",
                defaultValue = "1h")
        private String overlap;

        @Override
        protected int run(Session session) {
            Doc found = DescribeCommand.find(session, Kind.SERVICE_PRINCIPAL, principal);
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            item(session, found) + "/rotate",
                            Map.of(
                                    "overlap_seconds",
                                    Durations.parse("--overlap", overlap).toSeconds()),
                            session.idempotencyKey(),
                            "rotating the secret of " + principal);
            OneTimeSecret.print(
                    session,
                    "rotated the secret of " + found.str("name"),
                    session.target().label(),
                    answer,
                    "secret",
                    List.of());
            return 0;
        }
    }

    private static String item(Session session, Doc principal) {
        return Kind.SERVICE_PRINCIPAL.itemBase().apply(session.target()) + "/" + principal.str("id");
    }
}
