package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads a stream until Ctrl-C or until nobody reads the output, going on from its cursor after every loss (C11). */
final class Follow {
    private static final Duration MAX_PAUSE = Duration.ofSeconds(8);

    private Follow() {}

    /**
     * @param cursorName the query parameter that takes a cursor
     * @param onlyFirst query parameters that hold for the first connection only
     */
    static int run(
            Session session,
            String path,
            List<String> query,
            String cursorName,
            List<String> onlyFirst,
            String activity,
            Consumer<Doc> lines) {
        String cursor = "";
        Duration pause = Duration.ofMillis(500);
        while (true) {
            Connection connection = new Connection(session, lines);
            try {
                session.api().stream(path(path, query, cursorName, cursor, onlyFirst), activity, connection::accept);
            } catch (IOException lost) {
                if (!ended(session)) {
                    session.err().println("-- connection lost, going on");
                }
            } catch (CliException e) {
                if (!ended(session) && !e.error().retryable()) {
                    throw e;
                }
            }
            cursor = connection.cursor.isEmpty() ? cursor : connection.cursor;
            pause = connection.any ? Duration.ofMillis(500) : shorter(pause.multipliedBy(2), MAX_PAUSE);
            if (ended(session) || !session.pause(pause)) {
                return 0;
            }
        }
    }

    private static boolean ended(Session session) {
        return session.shell().interrupts().raised() || session.out().checkError();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static String path(
            String path, List<String> query, String cursorName, String cursor, List<String> onlyFirst) {
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < query.size(); i += 2) {
            if (cursor.isEmpty() || !onlyFirst.contains(query.get(i))) {
                parameters.addAll(query.subList(i, i + 2));
            }
        }
        if (!cursor.isEmpty()) {
            parameters.addAll(List.of(cursorName, cursor));
        }
        return ApiClient.path(path, parameters.toArray(String[]::new));
    }

    /** One connection: how far it came. */
    private static final class Connection {
        private final Session session;
        private final Consumer<Doc> lines;
        private String cursor = "";
        private boolean any;

        Connection(Session session, Consumer<Doc> lines) {
            this.session = session;
            this.lines = lines;
        }

        boolean accept(Doc line) {
            any = true;
            if (!line.str("cursor").isEmpty()) {
                cursor = line.str("cursor");
            }
            lines.accept(line);
            return !session.out().checkError();
        }
    }
}
