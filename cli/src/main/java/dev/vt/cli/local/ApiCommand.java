package dev.vt.cli.local;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt api GET /v1/orgs}: any call, for scripts and curiosity. */
@Command(name = "api", description = "make one call of the HTTP API and print the answer")
@SuppressWarnings("NullAway.Init")
public final class ApiCommand extends VtCommand {
    @Parameters(index = "0", paramLabel = "METHOD", description = "GET, POST, PUT, PATCH or DELETE")
    private String method;

    @Parameters(index = "1", paramLabel = "PATH", description = "for example /v1/orgs")
    private String path;

    @Option(names = "--data", paramLabel = "JSON", description = "body; @file reads a file, - standard input")
    private @Nullable String data;

    @Override
    protected int run(Session session) throws IOException {
        Doc body = data == null ? null : body(session, data);
        if (!path.startsWith("/")) {
            throw usage("a path begins with a slash, for example /v1/orgs");
        }
        String verb = method.toUpperCase(Locale.ROOT);
        Doc answer = session.api()
                .raw(verb, path, body, verb.equals("GET") ? null : session.idempotencyKey(), verb + " " + path);
        session.out().print(JsonWriter.document(answer));
        return 0;
    }

    private static Doc body(Session session, String data) throws IOException {
        byte[] bytes = data.equals("-")
                ? session.shell().in().readAllBytes()
                : data.startsWith("@")
                        ? Files.readAllBytes(session.shell().workingDirectory().resolve(data.substring(1)))
                        : data.getBytes(StandardCharsets.UTF_8);
        try {
            return JsonReader.read(bytes);
        } catch (IOException e) {
            throw new CliException(CliError.usage("malformed_body", "--data is not JSON", "give one JSON document"));
        }
    }
}
