package dev.vt.cli.platform;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Reads dotenv files, {@code export} lines and the delivery format (secrets.md §1); errors name lines and keys, never values. */
final class SecretsFile {
    private SecretsFile() {}

    static Map<String, byte[]> read(Session session, String from) throws IOException {
        byte[] bytes = from.equals("-")
                ? session.shell().in().readAllBytes()
                : Files.readAllBytes(session.shell().workingDirectory().resolve(from));
        return parse(new String(bytes, StandardCharsets.UTF_8));
    }

    static Map<String, byte[]> parse(String text) {
        boolean delivery = text.stripLeading().startsWith("# VT_SECRETS_V1");
        Map<String, byte[]> entries = new TreeMap<>();
        int number = 0;
        for (String raw : text.split("\r?\n", -1)) {
            number++;
            String line = delivery ? raw : raw.strip();
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (!delivery && line.startsWith("export ")) {
                line = line.substring(7).stripLeading();
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? line : line.substring(0, equals);
            if (equals < 0 || !key.matches("[A-Z_][A-Z0-9_]{0,127}")) {
                throw invalid(number, "expected KEY=VALUE with a key of A-Z, 0-9 and _");
            }
            String value = line.substring(equals + 1);
            byte[] bytes =
                    delivery ? delivered(number, key, value) : unquote(value).getBytes(StandardCharsets.UTF_8);
            if (entries.put(key, bytes) != null) {
                throw invalid(number, "key " + key + " stands twice");
            }
        }
        return entries;
    }

    private static byte[] delivered(int number, String key, String value) {
        if (!value.startsWith("base64:")) {
            return value.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(value.substring(7));
        } catch (IllegalArgumentException e) {
            throw invalid(number, "the value of " + key + " is not base64");
        }
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
