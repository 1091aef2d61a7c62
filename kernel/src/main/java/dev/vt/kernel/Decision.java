package dev.vt.kernel;

import java.util.List;

/**
 * What a decider answers: the events to append (none: the target state already holds), or a refusal.
 *
 * @param <E> the event type of the resource
 */
public sealed interface Decision<E> {
    record Accepted<E>(List<E> events) implements Decision<E> {
        public Accepted {
            events = List.copyOf(events);
        }
    }

    record Refused<E>(Problem problem) implements Decision<E> {}

    static <E> Decision<E> accept(List<E> events) {
        return new Accepted<>(events);
    }

    static <E> Decision<E> accept(E event) {
        return new Accepted<>(List.of(event));
    }

    static <E> Decision<E> unchanged() {
        return new Accepted<>(List.of());
    }

    static <E> Decision<E> refuse(ErrorCode code, String detail) {
        return new Refused<>(Problem.of(code, detail));
    }

    static <E> Decision<E> refuse(Problem problem) {
        return new Refused<>(problem);
    }
}
