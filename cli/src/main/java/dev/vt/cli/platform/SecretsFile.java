package dev.vt.cli.platform;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.manifest.secrets.SecretBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;

/** Reads dotenv files, {@code export} lines and the delivery format (secrets.md §1); errors name lines and keys, never values. */
final class SecretsFile {
    private SecretsFile() {}

    static Map<String, byte[]> read(Session session, String from) throws IOException {
        byte[] bytes = from.equals("-")
                ? session.shell().in().readAllBytes()
                : Files.readAllBytes(session.shell().workingDirectory().resolve(from));
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.stripLeading().startsWith(SecretBundle.HEADER) ? delivered(bytes) : parse(text);
    }

    private static Map<String, byte[]> delivered(byte[] file) {
        return switch (SecretBundle.parse(file)) {
            case SecretBundle.Result.Accepted(SecretBundle bundle) -> {
                Map<String, byte[]> entries = new TreeMap<>();
                bundle.values().forEach((key, value) -> entries.put(key, value.reveal()));
                yield entries;
            }
            case SecretBundle.Result.Rejected(var findings) ->
                throw invalid(findings.getFirst().line(), findings.getFirst().message());
        };
    }

    static Map<String, byte[]> parse(String text) {
        Map<String, byte[]> entries = new TreeMap<>();
        int number = 0;
        for (String raw : text.split("\r?\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("export ")) {
                line = line.substring(7).stripLeading();
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? line : line.substring(0, equals);
            if (equals < 0 || !SecretBundle.KEY.matcher(key).matches()) {
                throw invalid(number, "expected KEY=VALUE with a key of A-Z, 0-9 and _");
            }
            byte[] value = unquote(line.substring(equals + 1)).getBytes(StandardCharsets.UTF_8);
            if (entries.put(key, value) != null) {
                throw invalid(number, "key " + key + " stands twice");
            }
        }
        return entries;
    }

    private static String unquote(String value) {
        if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
            return value.substring(1, value.length() - 1)
                    .replace("\\n", "\n")
                    .replace("\\\"", "\"")
                    .replace("\\\\", "\\");
        }
        return value.length() >= 2 && value.startsWith("'") && value.endsWith("'")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    private static CliException invalid(int line, String message) {
        return new CliException(CliError.usage("secrets_invalid", "line " + line + ": " + message, "correct the file"));
    }
}
