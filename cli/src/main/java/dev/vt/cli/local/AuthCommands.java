package dev.vt.cli.local;

import dev.vt.cli.config.Credentials;
import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Durations;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.SignIn;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt auth …}: sign-in by token, and personal tokens. Tokens are read from a file, standard input or a prompt (C6). */
public final class AuthCommands {
    private AuthCommands() {}

    @Command(
            name = "login",
            description = "sign in by a browser's approval, a personal token, or the bootstrap code of a new cluster")
    public static final class Login extends VtCommand {
        @Option(names = "--token-file", paramLabel = "FILE", description = "file with a token; - reads standard input")
        private @Nullable String tokenFile;

        @Option(
                names = "--bootstrap-code-file",
                paramLabel = "FILE",
                description = "first sign-in: the file the server names at its first start")
        private @Nullable String bootstrapCodeFile;

        @Option(names = "--email", paramLabel = "ADDRESS", description = "with the bootstrap code: the first operator")
        private @Nullable String email;

        @Option(names = "--token", description = "ask for a token instead of a browser's approval")
        private boolean askToken;

        @Option(names = "--no-browser", description = "only print the address of the approval page")
        private boolean noBrowser;

        @Override
        protected int run(Session session) throws IOException {
            boolean approved = bootstrapCodeFile == null && tokenFile == null && !askToken;
            if (approved && !noBrowser && !session.interactive()) {
                throw new CliException(CliError.usage(
                        "not_logged_in",
                        "no terminal to sign in from",
                        "vt auth login --token-file FILE, or: vt auth login --no-browser"));
            }
            String token = approved
                    ? DeviceLogin.run(session, !noBrowser)
                    : bootstrapCodeFile == null ? token(session) : bootstrap(session, bootstrapCodeFile);
            ApiClient api = session.client(token);
            Doc who = api.get("/v1/auth/whoami", "signing in to " + session.server());
            if (!approved) {
                Credentials.load(session.shell().directory("data")).set(session.server(), Map.of("token", token));
            }
            session.out().println("OK    signed in to " + session.server() + " as " + Text.safe(name(who)));
            return 0;
        }

        private String token(Session session) throws IOException {
            if (tokenFile != null) {
                byte[] bytes = tokenFile.equals("-")
                        ? session.shell().in().readAllBytes()
                        : Files.readAllBytes(session.shell().workingDirectory().resolve(tokenFile));
                return new String(bytes, StandardCharsets.UTF_8).strip();
            }
            Console console = session.interactive() ? System.console() : null;
            if (console == null) {
                throw new CliException(CliError.usage(
                        "not_logged_in", "no terminal to ask for a token", "vt auth login --token-file FILE"));
            }
            return new String(console.readPassword("Token: ")).strip();
        }

        private String bootstrap(Session session, String file) throws IOException {
            if (email == null || session.globals().org == null) {
                throw usage("the first sign-in needs --email and --org");
            }
            String code = Files.readString(session.shell().workingDirectory().resolve(file))
                    .strip();
            Doc answer = session.publicApi()
                    .mutate(
                            "POST",
                            "/v1/bootstrap",
                            Map.of("code", code, "email", email, "org_name", session.globals().org),
                            session.idempotencyKey(),
                            "making the first operator");
            return answer.str("secret");
        }
    }

    private static String name(Doc who) {
        for (String member : List.of("email", "user.email", "name", "actor.id", "id", "actor_id")) {
            if (!who.str(member).isEmpty()) {
                return who.str(member);
            }
        }
        return "?";
    }

    @Command(name = "logout", description = "end the sign-in to this server and forget it")
    public static final class Logout extends VtCommand {
        @Override
        protected int run(Session session) {
            Credentials credentials = Credentials.load(session.shell().directory("data"));
            try {
                SignIn.revoke(session.publicApi(), credentials.entry(session.server()));
            } catch (CliException e) {
                session.err()
                        .println(
                                "warning: the server was not told: " + e.error().message());
            }
            boolean known = credentials.remove(session.server());
            session.out().println((known ? "OK    signed out of " : "SAME  not signed in to ") + session.server());
            return 0;
        }
    }

    @Command(name = "status", description = "show who is signed in")
    public static final class Status extends VtCommand {
        @Override
        protected int run(Session session) {
            Doc who = session.api().get("/v1/auth/whoami", "asking who is signed in");
            if (session.globals().isJson()) {
                session.print("vt.whoami/v1", "item", who);
            } else {
                session.out().println("server: " + session.server());
                who.members()
                        .forEach((key, value) -> session.out()
                                .println(key + ": "
                                        + Text.safe(new Doc(value).text().orElseGet(() -> new Doc(value).toString()))));
            }
            return 0;
        }
    }

    @Command(name = "list", description = "list your personal tokens")
    public static final class TokenList extends VtCommand {
        @Override
        protected int run(Session session) {
            List<Doc> items = session.api().list("/v1/auth/tokens", "listing tokens");
            session.printList("auth_token", items, () -> {
                Table table = new Table("ID", "NAME", "SCOPES", "EXPIRES");
                items.forEach(item -> table.row(
                        item.str("id"),
                        item.str("name"),
                        String.join(
                                ",",
                                item.list("scopes").stream()
                                        .map(scope -> scope.text().orElse(""))
                                        .toList()),
                        Text.time(item.str("expires_at"))));
                table.print(session.out(), session.width());
            });
            return 0;
        }
    }

    @Command(name = "create", description = "create a personal token; it is printed once")
    @SuppressWarnings("NullAway.Init")
    public static final class TokenCreate extends VtCommand {
        @Parameters(paramLabel = "NAME", description = "what it is for")
        private String name;

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                description = "what it may do; repeat for more, default all that yours may")
        private List<String> scopes = List.of();

        @Option(names = "--resource", paramLabel = "ID", description = "restrict to one org, project, app or env")
        private @Nullable String resource;

        @Option(
                names = "--expires",
                paramLabel = "DURATION",
                description = "default 30d, at most 90d",
                defaultValue = "30d")
        private String expires;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            body.put("scopes", scopes.isEmpty() ? ownScopes(session) : scopes);
            if (resource != null) {
                body.put("resource", resource);
            }
            body.put(
                    "expires_at",
                    session.shell()
                            .clock()
                            .instant()
                            .plus(Durations.parse("--expires", expires))
                            .toString());
            Doc answer =
                    session.api().mutate("POST", "/v1/auth/tokens", body, session.idempotencyKey(), "creating a token");
            String secret = answer.str("secret");
            if (session.globals().isIds()) {
                session.out().println(secret);
                return 0;
            }
            new Receipt("created token " + name, "", answer, session.idempotencyKey(), List.of())
                    .print(session.out(), session.globals().isJson(), false);
            if (!session.globals().isJson()) {
                session.out().println("      token     " + secret);
            }
            return 0;
        }
    }

    private static List<Object> ownScopes(Session session) {
        Doc who = session.api().get("/v1/auth/whoami", "asking for your scopes");
        List<Object> scopes = new ArrayList<>();
        who.list("token.scopes").forEach(scope -> scope.text().ifPresent(scopes::add));
        return scopes;
    }

    @Command(name = "revoke", description = "revoke a personal token")
    @SuppressWarnings("NullAway.Init")
    public static final class TokenRevoke extends VtCommand {
        @Parameters(paramLabel = "ID", description = "see vt auth tokens list")
        private String id;

        @Override
        protected int run(Session session) {
            Doc answer = session.api()
                    .mutate("DELETE", "/v1/auth/tokens/" + id, null, session.idempotencyKey(), "revoking token " + id);
            new Receipt("revoked token " + id, "", answer, session.idempotencyKey(), List.of())
                    .print(
                            session.out(),
                            session.globals().isJson(),
                            session.globals().isIds());
            return 0;
        }
    }
}
