package dev.vt.overlay.filter;

import java.util.Locale;

/** The rules of network.md §4, by their ids; each that drops has a counter of this name in the table. */
public enum Rule {
    P1("same environment", true),
    P1_CLOSED("the environment is closed to itself", false),
    P2("another environment", false),
    P3("an edge to a port that a route targets", true),
    P3_UNROUTED("an edge to a port that no route targets", false),
    P4("only edges open a port whose route injects PROXY protocol v2", false),
    P5("an instance to a host", false),
    P5_NAMES("name queries", true),
    P6("an instance to a link-local address", false),
    P7("the instance's own node", true),
    P8("a network policy", true),
    E1("an instance to the outside", true),
    E1_CLOSED("the environment reaches nothing outside", false),
    E4("mail is not sent from instances", false),
    E4_FLOWS("more flows at once than an instance may have", false),
    E4_RATE("more new flows in a second than an instance may have", false);

    private final String meaning;
    private final boolean allows;

    Rule(String meaning, boolean allows) {
        this.meaning = meaning;
        this.allows = allows;
    }

    public String meaning() {
        return meaning;
    }

    public boolean allows() {
        return allows;
    }

    /** For counters and answers: {@code p1_closed}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
