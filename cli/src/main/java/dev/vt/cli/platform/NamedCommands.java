package dev.vt.cli.platform;

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

/** Creating and renaming what is little more than a name: orgs, projects, apps, environments. */
public final class NamedCommands {
    private NamedCommands() {}

    @Command(name = "create", description = "create one")
    @SuppressWarnings("NullAway.Init")
    public static final class Create extends VtCommand {
        private final Kind kind;

        @Parameters(paramLabel = "NAME", description = "[a-z][a-z0-9-]{0,31}")
        private String name;

        @Option(names = "--description", description = "what it is for")
        private @Nullable String description;

        @Option(names = "--protected", description = "environments: ask for confirmation and more rights")
        private boolean isProtected;

        public Create(Kind kind) {
            this.kind = kind;
        }

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            if (description != null) {
                body.put("description", description);
            }
            if (kind.equals(Kind.APP)) {
                body.put("project_id", session.target().project().str("id"));
            }
            if (kind.equals(Kind.ENV)) {
                body.put("protected", isProtected);
            }
            Doc answer = session.api()
                    .mutate(
                            "POST",
                            kind.collection().apply(session.target()),
                            body,
                            session.idempotencyKey(),
                            "creating " + kind.singular() + " " + name);
            new Receipt(
                            "created " + kind.singular() + " " + name,
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next(
                                    "describe", "vt " + kind.plural() + " describe " + answer.str("resource.id"))))
                    .print(
                            session.out(),
                            session.globals().isJson(),
                            session.globals().isIds());
            return 0;
        }
    }

    /** {@code update --name}, and for environments {@code protect} and {@code unprotect}. */
    @Command(name = "update", description = "change one")
    @SuppressWarnings("NullAway.Init")
    public static final class Update extends VtCommand {
        private final Kind kind;

        @Parameters(paramLabel = "ID", description = "name or id")
        private String id;

        @Option(names = "--name", required = true, description = "new name")
        private String name;

        public Update(Kind kind) {
            this.kind = kind;
        }

        @Override
        protected int run(Session session) {
            return patch(session, kind, id, Map.of("name", name), "renamed " + kind.singular() + " to " + name);
        }
    }

    @Command(description = "change the protection of an environment")
    @SuppressWarnings("NullAway.Init")
    public static final class Protect extends VtCommand {
        private final boolean value;

        @Parameters(paramLabel = "ENV", description = "name or id")
        private String id;

        public Protect(boolean value) {
            this.value = value;
        }

        @Override
        protected int run(Session session) {
            return patch(
                    session, Kind.ENV, id, Map.of("protected", value), (value ? "protected " : "unprotected ") + id);
        }
    }

    private static int patch(Session session, Kind kind, String id, Map<String, Object> body, String sentence) {
        Doc item = DescribeCommand.find(session, kind, id);
        Doc answer = session.api()
                .mutate(
                        "PATCH",
                        kind.itemBase().apply(session.target()) + "/" + item.str("id"),
                        body,
                        session.idempotencyKey(),
                        "changing " + kind.singular() + " " + id);
        new Receipt(sentence, session.target().label(), answer, session.idempotencyKey(), List.of())
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
        return 0;
    }
}
