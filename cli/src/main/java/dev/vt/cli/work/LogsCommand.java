package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt logs} (the last 200 lines), {@code logs tail} (= {@code -f}) and {@code logs query}. */
@Command(description = "show what the app printed: its last 200 lines, or as they come with -f")
@SuppressWarnings("NullAway.Init")
public final class LogsCommand extends VtCommand {
    private final boolean tail;

    @Option(names = "--process", paramLabel = "TYPE", description = "only this process type")
    private @Nullable String process;

    @Option(names = "--instance", paramLabel = "ID", description = "only this instance")
    private @Nullable String instance;

    @Option(names = "--release", paramLabel = "ID", description = "only instances of this release")
    private @Nullable String release;

    @Option(names = "--stream", paramLabel = "NAME", description = "stdout, stderr or system")
    private @Nullable String stream;

    @Option(names = "--since", paramLabel = "TIME", description = "RFC 3339, or a duration before now such as 10m")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "RFC 3339, or a duration before now")
    private @Nullable String until;

    @Option(names = "--grep", paramLabel = "TEXT", description = "only lines that hold this text")
    private @Nullable String grep;

    @Option(names = "--limit", paramLabel = "N", description = "newest lines, default 200", defaultValue = "200")
    private int limit;

    @Option(names = "--timestamps", description = "print the time of each line")
    private boolean timestamps;

    @Option(
            names = {"-f", "--follow"},
            description = "go on until Ctrl-C")
    private boolean follow;

    public LogsCommand(boolean tail) {
        this.tail = tail;
    }

    @Override
    protected int run(Session session) {
        List<String> query = new ArrayList<>();
        add(query, "process_type", process);
        add(query, "instance_id", instance);
        add(query, "release_id", release);
        add(query, "stream", stream);
        add(query, "since", Times.absolute(session, since));
        add(query, "until", Times.absolute(session, until));
        add(query, "contains", grep);
        add(query, "tail_lines", Integer.toString(limit));
        String base = session.target().envPath() + "/logs";
        if (tail || follow) {
            return Follow.run(
                    session,
                    base + "/stream",
                    query,
                    "cursor",
                    List.of("tail_lines", "since"),
                    "following logs",
                    line -> print(session, line));
        }
        List<Doc> items = session.api()
                .get(ApiClient.path(base, query.toArray(String[]::new)), "reading logs")
                .list("items");
        if (session.globals().isJson()) {
            session.print("vt.log/v1", "items", items);
        } else {
            items.forEach(line -> session.out().println(LogLine.of(line, timestamps)));
        }
        return 0;
    }

    private void print(Session session, Doc line) {
        if (!List.of("log", "gap", "partial").contains(line.str("type"))) {
            return;
        }
        session.out().println(session.globals().isJson() ? JsonWriter.line(line) : LogLine.of(line, timestamps));
    }

    private static void add(List<String> query, String name, @Nullable String value) {
        if (value != null) {
            query.add(name);
            query.add(value);
        }
    }
}
