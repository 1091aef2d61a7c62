package dev.vt.cli.config;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * {@code config.toml}: the current context and what each context names.
 *
 * <p>Files in the form that {@link #save} writes are read line by line; anything else goes to the TOML parser, whose class
 * loading costs more than a whole call.
 */
public final class Settings {
    private final Path file;
    private String current;
    private final Map<String, Map<String, String>> contexts;

    private Settings(Path file, String current, Map<String, Map<String, String>> contexts) {
        this.file = file;
        this.current = current;
        this.contexts = contexts;
    }

    /** @param directory vt's configuration directory */
    public static Settings load(Path directory) {
        Path file = directory.resolve("config.toml");
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return new Settings(file, "", new TreeMap<>());
        } catch (IOException e) {
            throw new CliException(
                    CliError.usage("invalid_argument", "cannot read " + file + ": " + e.getMessage(), null));
        }
        return plain(file, text).orElseGet(() -> parsed(file, text));
    }

    private static Optional<Settings> plain(Path file, String text) {
        String current = "";
        Map<String, Map<String, String>> contexts = new TreeMap<>();
        Map<String, String> section = null;
        for (String line : text.split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.matches("\\[contexts\\.[a-z0-9-]+]")) {
                section = new TreeMap<>();
                contexts.put(line.substring(10, line.length() - 1), section);
            } else if (line.matches("[a-z_]+ = \"[^\"\\\\]*\"")) {
                int equals = line.indexOf(" = ");
                String value = line.substring(equals + 4, line.length() - 1);
                if (section != null) {
                    section.put(line.substring(0, equals), value);
                } else if (line.startsWith("current_context ")) {
                    current = value;
                } else {
                    return Optional.empty();
                }
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(new Settings(file, current, contexts));
    }

    private static CliException broken(Path file, TomlParseError error) {
        return new CliException(
                CliError.usage("invalid_argument", file + ": " + error.getMessage(), "correct the file"));
    }

    private static Settings parsed(Path file, String text) {
        TomlParseResult toml;
        try {
            toml = Toml.parse(text);
        } catch (TomlParseError e) {
            throw broken(file, e);
        }
        if (toml.hasErrors()) {
            throw broken(file, toml.errors().getFirst());
        }
        Map<String, Map<String, String>> contexts = new TreeMap<>();
        TomlTable tables = toml.getTable("contexts");
        if (tables != null) {
            for (String name : tables.keySet()) {
                Map<String, String> fields = new TreeMap<>();
                TomlTable table = tables.getTableOrEmpty(List.of(name));
                table.keySet().forEach(key -> fields.put(key, String.valueOf(table.get(List.of(key)))));
                contexts.put(name, fields);
            }
        }
        String current = toml.getString("current_context");
        return new Settings(file, current == null ? "" : current, contexts);
    }

    public String current() {
        return current;
    }

    public Map<String, Map<String, String>> contexts() {
        return contexts;
    }

    public Optional<Map<String, String>> context(@Nullable String name) {
        return Optional.ofNullable(contexts.get(name == null ? current : name));
    }

    public void use(String name) {
        current = name;
    }

    public Path file() {
        return file;
    }

    public void save() {
        List<String> lines = new ArrayList<>();
        if (!current.isEmpty()) {
            lines.add("current_context = \"" + current + "\"");
        }
        contexts.forEach((name, fields) -> {
            lines.add("[contexts." + name + "]");
            fields.forEach((key, value) -> lines.add(key + " = \"" + value + "\""));
        });
        PrivateFile.write(file, String.join("\n", lines) + "\n");
    }
}
