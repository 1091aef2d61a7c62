package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Table;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt releases create} and {@code diff}. */
public final class ReleaseCommands {
    private ReleaseCommands() {}

    /** Makes a release without deploying it. */
    @Command(name = "create", description = "keep an image and a manifest as a release, without deploying it")
    @SuppressWarnings("NullAway.Init")
    public static final class Create extends VtCommand {
        @Option(names = "--manifest", paramLabel = "FILE", description = "default vt.toml")
        private @Nullable String manifest;

        @Option(
                names = "--image",
                paramLabel = "REF",
                description = "tag or digest; wins over image.ref of the manifest")
        private @Nullable String image;

        @Override
        protected int run(Session session) throws IOException {
            ReleaseSource source = ReleaseSource.ofManifest(manifest, image);
            source.check(session);
            Doc answer = source.create(session, session.idempotencyKey());
            String number = "v" + answer.str("resource.number");
            new Receipt(
                            "created release " + number + " of "
                                    + session.target().app().str("name"),
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next("deploy", "vt deploy --release " + number)))
                    .print(session);
            return 0;
        }
    }

    /** What differs between two releases. */
    @Command(name = "diff", description = "show what differs between two releases")
    @SuppressWarnings("NullAway.Init")
    public static final class Diff extends VtCommand {
        @Parameters(index = "0", paramLabel = "FROM", description = "id or number")
        private String from;

        @Parameters(index = "1", paramLabel = "TO", description = "id or number")
        private String to;

        @Option(names = "--exit-code", description = "exit 10 if they differ")
        private boolean exitCode;

        @Override
        protected int run(Session session) {
            Doc first = ReleaseSource.find(session, from);
            Doc second = ReleaseSource.find(session, to);
            Doc answer = session.api()
                    .get(
                            session.target().orgPath() + "/releases/" + first.str("id") + "/diff?to="
                                    + second.str("id"),
                            "comparing releases");
            List<Doc> changes = answer.list("changes");
            if (session.globals().isJson()) {
                session.print("vt.release_diff/v1", "item", answer);
            } else if (changes.isEmpty()) {
                session.out().println("No differences.");
            } else {
                Table table = new Table("OP", "PATH", "FROM", "TO");
                changes.forEach(change -> table.row(
                        Receipt.sign(change), change.str("path"), cell(change.get("from")), cell(change.get("to"))));
                table.print(session.out(), session.width());
            }
            return exitCode && !changes.isEmpty() ? 10 : 0;
        }

        private static String cell(Doc value) {
            return value.isNull() ? "" : value.text().orElseGet(() -> JsonWriter.line(value));
        }
    }
}
