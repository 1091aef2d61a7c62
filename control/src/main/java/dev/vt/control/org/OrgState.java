package dev.vt.control.org;

/** What an org is, by its events. */
sealed interface OrgState {
    record Absent() implements OrgState {}

    record Live(String name, String billingEmail, boolean developersMayExec) implements OrgState {}

    record Gone() implements OrgState {}
}
