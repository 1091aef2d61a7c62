package dev.vt.cli.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * {@code app.name} and {@code app.project} of a manifest, and nothing else of it. The usual form is read line by line; any other
 * goes to the TOML parser, whose class loading costs more than a whole call (C21).
 */
final class ManifestTarget {
    private static final Pattern PLAIN = Pattern.compile("(name|project)\\s*=\\s*\"([^\"\\\\]*)\"\\s*(#.*)?");

    private ManifestTarget() {}

    /** @return empty if there is no manifest, or none that can be read: the commands that need it say what is wrong with it */
    static Map<String, String> read(Path file) {
        try {
            String text = Files.readString(file);
            return plain(text).orElseGet(() -> parsed(text));
        } catch (IOException | TomlParseError unreadable) {
            return Map.of();
        }
    }

    private static Optional<Map<String, String>> plain(String text) {
        Map<String, String> fields = new TreeMap<>();
        boolean app = false;
        for (String raw : text.split("\n", -1)) {
            String line = raw.strip();
            if (line.startsWith("[")) {
                app = line.matches("\\[app]\\s*(#.*)?");
                String table = line.replaceAll("[\\[\\]\\s\"']", "");
                if (!app && (table.equals("app") || table.startsWith("app."))) {
                    return Optional.empty();
                }
            } else if (app && !line.isEmpty() && !line.startsWith("#")) {
                Matcher plain = PLAIN.matcher(line);
                if (plain.matches()) {
                    fields.put("app." + plain.group(1), plain.group(2));
                } else if (line.startsWith("name") || line.startsWith("project") || line.contains("\"\"\"")) {
                    return Optional.empty();
                }
            } else if (line.startsWith("app")) {
                return Optional.empty();
            }
        }
        return Optional.of(fields);
    }

    private static Map<String, String> parsed(String text) {
        TomlParseResult toml = Toml.parse(text);
        Map<String, String> fields = new TreeMap<>();
        for (String path : new String[] {"app.name", "app.project"}) {
            if (toml.get(path) instanceof String value) {
                fields.put(path, value);
            }
        }
        return fields;
    }
}
