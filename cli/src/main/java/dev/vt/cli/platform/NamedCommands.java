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
    public static class Create extends VtCommand {
        private final Kind kind;

        @Parameters(paramLabel = "NAME", description = "a-z, 0-9 and -, beginning with a letter, at most 32")
        private String name;

        public Create(Kind kind) {
            this.kind = kind;
        }

        /** Environments alone can be protected. */
        @Command(name = "create", description = "create one")
        @SuppressWarnings("NullAway.Init")
        public static final class Env extends Create {
            @Option(names = "--protected", description = "changes ask for confirmation, and some need more rights")
            private boolean isProtected;

            public Env() {
                super(Kind.ENV);
            }

            @Override
            void complete(Session session, Map<String, Object> body) {
                body.put("protected", isProtected);
            }
        }

        /** Projects and apps have a description. */
        @Command(name = "create", description = "create one")
        @SuppressWarnings("NullAway.Init")
        public static final class Described extends Create {
            @Option(names = "--description", paramLabel = "TEXT", description = "what it is for")
            private @Nullable String description;

            public Described(Kind kind) {
                super(kind);
            }

            @Override
            void complete(Session session, Map<String, Object> body) {
                super.complete(session, body);
                if (description != null) {
                    body.put("description", description);
                }
            }
        }

        void complete(Session session, Map<String, Object> body) {
            if (kind.equals(Kind.APP)) {
                body.put("project_id", session.target().project().str("id"));
            }
        }

        @Override
        protected final int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            complete(session, body);
            String collection = kind.equals(Kind.APP)
                    ? session.target().orgPath() + "/apps"
                    : kind.collection().apply(session.target());
            Doc answer = session.change("POST", collection, body, "creating " + kind.singular() + " " + name);
            new Receipt(
                            "created " + kind.singular() + " " + name,
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next(
                                    "describe", "vt " + kind.plural() + " describe " + answer.str("resource.id"))))
                    .print(session);
            return 0;
        }
    }

    /** {@code update --name}, and for environments {@code protect} and {@code unprotect}. */
    @Command(name = "update", description = "change one")
    @SuppressWarnings("NullAway.Init")
    public static class Update extends VtCommand {
        private final Kind kind;

        @Parameters(paramLabel = "ID", description = "name or id")
        private String id;

        @Option(names = "--name", paramLabel = "NAME", description = "new name")
        private @Nullable String name;

        public Update(Kind kind) {
            this.kind = kind;
        }

        /** Orgs alone have a billing address. */
        @Command(name = "update", description = "change one")
        @SuppressWarnings("NullAway.Init")
        public static final class Org extends Update {
            @Option(
                    names = "--billing-email",
                    paramLabel = "ADDRESS",
                    description = "where bills go; empty for nowhere")
            private @Nullable String billingEmail;

            public Org() {
                super(Kind.ORG);
            }

            @Override
            void complete(Map<String, @Nullable Object> body) {
                if (billingEmail != null) {
                    body.put("billing_email", billingEmail.isEmpty() ? null : billingEmail);
                }
            }
        }

        /** Projects and apps have a description. */
        @Command(name = "update", description = "change one")
        @SuppressWarnings("NullAway.Init")
        public static final class Described extends Update {
            @Option(names = "--description", paramLabel = "TEXT", description = "what it is for")
            private @Nullable String description;

            public Described(Kind kind) {
                super(kind);
            }

            @Override
            void complete(Map<String, @Nullable Object> body) {
                if (description != null) {
                    body.put("description", description);
                }
            }
        }

        void complete(Map<String, @Nullable Object> body) {}

        @Override
        protected final int run(Session session) {
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            if (name != null) {
                body.put("name", name);
            }
            complete(body);
            if (body.isEmpty()) {
                throw usage("nothing to change: give for example --name");
            }
            return patch(session, kind, id, body, "updated " + kind.singular() + " " + (name == null ? id : name));
        }
    }

    @Command(description = "say whether changes to an environment need confirmation and more rights")
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

    private static int patch(Session session, Kind kind, String id, Map<String, ?> body, String sentence) {
        Doc item = DescribeCommand.find(session, kind, id);
        Doc answer = session.change(
                "PATCH",
                kind.itemBase().apply(session.target()) + "/" + item.str("id"),
                body,
                "changing " + kind.singular() + " " + id);
        new Receipt(
                        sentence,
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next("describe", "vt " + kind.plural() + " describe " + item.str("id"))))
                .print(session);
        return 0;
    }
}
