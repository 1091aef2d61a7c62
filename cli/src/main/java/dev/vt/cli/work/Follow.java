package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Reads a stream until Ctrl-C, going on from its cursor after every loss (C11). */
final class Follow {
    private static final int MAX_PAUSE_SECONDS = 8;

    private Follow() {}

    static int run(Session session, String path, List<String> query, String activity, Consumer<Doc> lines) {
        String[] cursor = {""};
        int pause = 1;
        while (!Thread.currentThread().isInterrupted() && !session.out().checkError()) {
            List<String> parameters = new ArrayList<>(query);
            if (!cursor[0].isEmpty()) {
                parameters.removeIf("tail_lines"::equals);
                parameters.add("cursor");
                parameters.add(cursor[0]);
            }
            int[] seen = {0};
            try {
                session.api().stream(ApiClient.path(path, parameters.toArray(String[]::new)), activity, line -> {
                    seen[0]++;
                    if (!line.str("cursor").isEmpty()) {
                        cursor[0] = line.str("cursor");
                    }
                    lines.accept(line);
                    return !session.out().checkError();
                });
            } catch (IOException lost) {
                session.err().println("-- connection lost, going on");
            } catch (CliException e) {
                if (!e.error().retryable()) {
                    throw e;
                }
            }
            pause = seen[0] > 0 ? 1 : Math.min(MAX_PAUSE_SECONDS, pause * 2);
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(pause));
        }
        return 0;
    }
}
