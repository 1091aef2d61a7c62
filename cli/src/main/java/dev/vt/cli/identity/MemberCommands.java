package dev.vt.cli.identity;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Confirm;
import dev.vt.cli.output.Receipt;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt members add|update|remove}. */
public final class MemberCommands {
    private MemberCommands() {}

    @Command(name = "add", description = "add somebody to the org by address")
    @SuppressWarnings("NullAway.Init")
    public static final class Add extends VtCommand {
        @Parameters(paramLabel = "EMAIL", description = "address of the person")
        private String email;

        @Option(names = "--role", required = true, description = "owner, admin, developer or readonly")
        private String role;

        @Override
        protected int run(Session session) {
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            path(session),
                            Map.of("email", email, "role", role),
                            session.idempotencyKey(),
                            "adding " + email);
            print(
                    session,
                    "added " + email + " as " + role,
                    answer,
                    List.of(new Receipt.Next("list", "vt members list")));
            return 0;
        }
    }

    @Command(name = "update", description = "change somebody's role")
    @SuppressWarnings("NullAway.Init")
    public static final class Update extends VtCommand {
        @Parameters(paramLabel = "MEMBER", description = "address or id")
        private String member;

        @Option(names = "--role", required = true, description = "owner, admin, developer or readonly")
        private String role;

        @Override
        protected int run(Session session) {
            Doc found = find(session, member);
            Doc answer = session.api()
                    .mutateIf(
                            found.number("resource_version"),
                            "PATCH",
                            path(session) + "/" + found.str("id"),
                            Map.of("role", role),
                            session.idempotencyKey(),
                            "changing the role of " + member);
            print(session, "made " + found.str("email") + " " + role, answer, List.of());
            return 0;
        }
    }

    @Command(name = "remove", description = "remove somebody from the org")
    @SuppressWarnings("NullAway.Init")
    public static final class Remove extends VtCommand {
        @Parameters(paramLabel = "MEMBER", description = "address or id")
        private String member;

        @Override
        protected int run(Session session) {
            Doc found = find(session, member);
            Confirm.typing(session, found.str("email"), "remove " + found.str("email"));
            Doc answer = session.api()
                    .mutate(
                            "DELETE",
                            path(session) + "/" + found.str("id"),
                            null,
                            session.idempotencyKey(),
                            "removing " + member);
            print(session, "removed " + found.str("email"), answer, List.of());
            return 0;
        }
    }

    private static String path(Session session) {
        return session.target().orgPath() + "/members";
    }

    private static Doc find(Session session, String member) {
        if (member.startsWith("mem_")) {
            return session.api().get(path(session) + "/" + member, "reading member " + member);
        }
        List<Doc> found =
                session.api().list(ApiClient.path(path(session), "email", member), "finding member " + member);
        if (found.isEmpty()) {
            throw new CliException(
                    CliError.of("not_found", 4, "not_found", "there is no member '" + member + "'", "vt members list"));
        }
        return found.getFirst();
    }

    private static void print(Session session, String sentence, Doc answer, List<Receipt.Next> next) {
        new Receipt(sentence, session.target().label(), answer, session.idempotencyKey(), next)
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
    }
}
