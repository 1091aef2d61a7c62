package dev.vt.control.http;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects everything wrong with a request, so that it is reported at once ({@code details.errors[]}, api.md §5). */
public final class Checks {
    private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,62}[a-z0-9])?");
    private static final Pattern SHORT_NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private final List<Map<String, Object>> errors = new ArrayList<>();

    public Checks error(String path, String code, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("path", path);
        error.put("message", message);
        errors.add(error);
        return this;
    }

    public Checks that(boolean holds, String path, String message) {
        return holds ? this : error(path, "invalid", message);
    }

    public Checks required(String path, @Nullable Object value) {
        return value != null ? this : error(path, "required", "is required");
    }

    /** Names of orgs, projects and apps: up to 64 of {@code a-z 0-9 -}, starting with a letter, not ending with a dash. */
    public Checks name(String path, @Nullable String value) {
        return matches(path, value, NAME, "must be 1 to 64 of a-z, 0-9 and -, start with a letter and not end with -");
    }

    /** Names of envs and processes: {@code [a-z][a-z0-9-]{0,31}}. */
    public Checks shortName(String path, @Nullable String value) {
        return matches(path, value, SHORT_NAME, "must be 1 to 32 of a-z, 0-9 and -, starting with a letter");
    }

    private Checks matches(String path, @Nullable String value, Pattern pattern, String message) {
        if (value == null) {
            return required(path, value);
        }
        return that(pattern.matcher(value).matches(), path, message);
    }

    /** Optional text of at most {@code max} characters without control characters. */
    public Checks text(String path, @Nullable String value, int max) {
        if (value == null) {
            return this;
        }
        return that(
                value.length() <= max && value.chars().noneMatch(Character::isISOControl),
                path,
                "must be at most " + max + " characters without control characters");
    }

    public Checks oneOf(String path, @Nullable String value, Set<String> allowed) {
        if (value == null) {
            return required(path, value);
        }
        return that(allowed.contains(value), path, "must be one of " + new TreeSet<>(allowed));
    }

    public Checks between(String path, @Nullable Long value, long min, long max) {
        if (value == null) {
            return required(path, value);
        }
        return that(value >= min && value <= max, path, "must be from " + min + " to " + max);
    }

    public Checks id(String path, @Nullable String value, String prefix) {
        if (value == null) {
            return required(path, value);
        }
        return that(Ids.isValid(prefix, value), path, "must be an id " + prefix + "_…");
    }

    /** @throws ProblemException {@code invalid_argument} with all errors, if there are any */
    public void done() {
        done(ErrorCode.INVALID_ARGUMENT);
    }

    /** As {@link #done()}, with another code of the registry. */
    public void done(ErrorCode code) {
        if (!errors.isEmpty()) {
            throw toProblem(code);
        }
    }

    ProblemException toProblem(ErrorCode code) {
        Map<String, Object> first = errors.getFirst();
        String more = errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more)";
        return new ProblemException(Problem.of(code, first.get("path") + " " + first.get("message") + more)
                .withDetails(Map.of("errors", List.copyOf(errors))));
    }
}
