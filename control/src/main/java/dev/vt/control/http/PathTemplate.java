package dev.vt.control.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A path of literal segments and {@code {name}} parameters, which match one segment each. */
public record PathTemplate(String text, List<String> segments) {
    public PathTemplate {
        segments = List.copyOf(segments);
    }

    public static PathTemplate of(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("a path starts with /: " + text);
        }
        return new PathTemplate(text, split(text));
    }

    /** The decoded segments of a path: {@code /a/b} is {@code [a, b]}; a final slash is an empty last segment. */
    public static List<String> split(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    /** The parameters if the path fits. */
    public Optional<Map<String, String>> match(List<String> path) {
        if (path.size() != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String wanted = segments.get(i);
            if (isParameter(wanted)) {
                if (path.get(i).isEmpty()) {
                    return Optional.empty();
                }
                parameters.put(wanted.substring(1, wanted.length() - 1), path.get(i));
            } else if (!wanted.equals(path.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(Map.copyOf(parameters));
    }

    /** How many segments are literal: of two templates that match, the one with more wins. */
    int literals() {
        return (int) segments.stream().filter(s -> !isParameter(s)).count();
    }

    private static boolean isParameter(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }

    @Override
    public String toString() {
        return text;
    }
}
