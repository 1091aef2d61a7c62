package dev.vt.cli.identity;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt users …}, for operators. */
public final class UserCommands {
    private static final String PATH = "/v1/users";

    private UserCommands() {}

    @Command(name = "create", description = "create a user; the invitation is printed once")
    @SuppressWarnings("NullAway.Init")
    public static final class Create extends VtCommand {
        @Parameters(paramLabel = "EMAIL", description = "address of the person")
        private String email;

        @Option(names = "--name", description = "display name")
        private @Nullable String name;

        @Option(names = "--operator", description = "may run the cluster")
        private boolean operator;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("email", email);
            if (name != null) {
                body.put("display_name", name);
            }
            if (operator) {
                body.put("operator", true);
            }
            Doc answer = session.api().mutate("POST", PATH, body, session.idempotencyKey(), "creating user " + email);
            OneTimeSecret.print(
                    session,
                    "created user " + email,
                    "",
                    answer,
                    "invitation",
                    List.of(new Receipt.Next("describe", "vt users describe " + answer.str("resource.id"))));
            return 0;
        }
    }

    @Command(name = "invite", description = "a new invitation; the one before is void")
    @SuppressWarnings("NullAway.Init")
    public static final class Invite extends VtCommand {
        @Parameters(paramLabel = "USER", description = "address or id")
        private String user;

        @Override
        protected int run(Session session) {
            Doc found = find(session, user);
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            PATH + "/" + found.str("id") + "/invite",
                            null,
                            session.idempotencyKey(),
                            "inviting " + user);
            OneTimeSecret.print(session, "invited " + found.str("email"), "", answer, "invitation", List.of());
            return 0;
        }
    }

    @Command(name = "update", description = "change address, name, or whether they run the cluster")
    @SuppressWarnings("NullAway.Init")
    public static final class Update extends VtCommand {
        @Parameters(paramLabel = "USER", description = "address or id")
        private String user;

        @Option(names = "--email", description = "new address")
        private @Nullable String email;

        @Option(names = "--name", description = "display name")
        private @Nullable String name;

        @Option(names = "--operator", paramLabel = "BOOLEAN", description = "true or false")
        private @Nullable Boolean operator;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            if (email != null) {
                body.put("email", email);
            }
            if (name != null) {
                body.put("display_name", name);
            }
            if (body.isEmpty() == (operator == null)) {
                throw usage("give --operator, or some of --email and --name");
            }
            Doc found = find(session, user);
            String item = PATH + "/" + found.str("id");
            Doc answer = operator == null
                    ? session.api().mutate("PATCH", item, body, session.idempotencyKey(), "changing user " + user)
                    : session.api()
                            .mutate(
                                    "POST",
                                    item + "/operator",
                                    Map.of("operator", operator),
                                    session.idempotencyKey(),
                                    "changing user " + user);
            print(session, "changed user " + found.str("email"), answer);
            return 0;
        }
    }

    /** {@code disable} and {@code enable}. */
    @Command(description = "let a user sign in, or not")
    @SuppressWarnings("NullAway.Init")
    public static final class Switch extends VtCommand {
        private final boolean enable;

        @Parameters(paramLabel = "USER", description = "address or id")
        private String user;

        @Option(names = "--reason", description = "why, for the audit trail")
        private @Nullable String reason;

        public Switch(boolean enable) {
            this.enable = enable;
        }

        @Override
        protected int run(Session session) {
            Doc found = find(session, user);
            String verb = enable ? "enable" : "disable";
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            PATH + "/" + found.str("id") + "/" + verb,
                            enable || reason == null ? null : Map.of("reason", reason),
                            session.idempotencyKey(),
                            "changing user " + user);
            print(session, verb + "d user " + found.str("email"), answer);
            return 0;
        }
    }

    private static Doc find(Session session, String user) {
        if (user.startsWith("usr_")) {
            return session.api().get(PATH + "/" + user, "reading user " + user);
        }
        List<Doc> found = session.api().list(ApiClient.path(PATH, "email", user), "finding user " + user);
        if (found.isEmpty()) {
            throw new CliException(
                    CliError.of("not_found", 4, "not_found", "there is no user '" + user + "'", "vt users list"));
        }
        return found.getFirst();
    }

    private static void print(Session session, String sentence, Doc answer) {
        new Receipt(sentence, "", answer, session.idempotencyKey(), List.of())
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
    }
}
