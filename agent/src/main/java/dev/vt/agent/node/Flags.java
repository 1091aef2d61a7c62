package dev.vt.agent.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Command-line flags of a role: {@code --name value} or {@code --name=value}; all problems are gathered before any is told. */
final class Flags {
    private final Map<String, List<String>> values = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    /** @param switches flags without a value */
    Flags(List<String> args, Set<String> known, Set<String> switches) {
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            int equals = arg.indexOf('=');
            String name = equals > 0 ? arg.substring(0, equals) : arg;
            if (switches.contains(name) && equals < 0) {
                add(name, "true");
            } else if (known.contains(name)) {
                if (equals > 0) {
                    add(name, arg.substring(equals + 1));
                } else if (i + 1 < args.size()) {
                    i++;
                    add(name, args.get(i));
                } else {
                    problems.add(name + " needs a value");
                }
            } else {
                problems.add("unknown argument " + arg);
            }
        }
    }

    private void add(String name, String value) {
        values.computeIfAbsent(name, ignored -> new ArrayList<>()).add(value);
    }

    /** Empty text, and a problem, if it is missing. */
    String required(String name) {
        List<String> given = values.get(name);
        if (given == null) {
            problems.add(name + " is missing");
            return "";
        }
        return given.getLast();
    }

    Optional<String> optional(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getLast);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean isSet(String name) {
        return values.containsKey(name);
    }

    void problem(String text) {
        problems.add(text);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }
}
