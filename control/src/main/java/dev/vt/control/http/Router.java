package dev.vt.control.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the endpoint of a request. Immutable. */
final class Router {
    /** The outcome of a look-up. */
    sealed interface Match {
        record Found(Endpoint endpoint, Map<String, String> parameters) implements Match {}

        record WrongMethod(Set<String> allowed) implements Match {}

        record UnknownPath() implements Match {}
    }

    private final List<Endpoint> endpoints;
    /** By number of segments, most literal segments first. */
    private final Map<Integer, List<Endpoint>> bySize = new HashMap<>();

    /** @throws IllegalArgumentException if two endpoints have the same method and path, or the same operation */
    Router(List<Endpoint> endpoints) {
        this.endpoints = List.copyOf(endpoints);
        Set<String> seen = new HashSet<>();
        for (Endpoint endpoint : endpoints) {
            String shape = endpoint.method() + " " + endpoint.path().text().replaceAll("\\{[^}]*}", "{}");
            if (!seen.add(shape) || !seen.add(endpoint.operation())) {
                throw new IllegalArgumentException("endpoint registered twice: " + endpoint.operation() + " " + shape);
            }
            bySize.computeIfAbsent(endpoint.path().segments().size(), k -> new ArrayList<>())
                    .add(endpoint);
        }
        bySize.values()
                .forEach(list -> list.sort(
                        Comparator.comparingInt((Endpoint e) -> e.path().literals())
                                .reversed()));
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    Match find(String method, String path) {
        List<String> segments = PathTemplate.split(path);
        Set<String> allowed = new TreeSet<>();
        for (Endpoint endpoint : bySize.getOrDefault(segments.size(), List.of())) {
            Optional<Map<String, String>> parameters = endpoint.path().match(segments);
            if (parameters.isPresent()) {
                if (endpoint.method().name().equals(method)) {
                    return new Match.Found(endpoint, parameters.get());
                }
                allowed.add(endpoint.method().name());
            }
        }
        return allowed.isEmpty() ? new Match.UnknownPath() : new Match.WrongMethod(allowed);
    }
}
