package dev.vt.simulation.history;

/** What is certain after a call. */
public sealed interface Outcome {
    /** The register as it was read, or as it became. */
    record Seen(int version, String value) implements Outcome {}

    /** The set has the element, under this id. */
    record Added(String id) implements Outcome {}

    /** It had no effect, and will have none. */
    record Refused(String code) implements Outcome {}

    /** It had its effect, or will have it at any time, or never. */
    record Unknown(String why) implements Outcome {}
}
