package dev.vt.control.org;

import org.jspecify.annotations.Nullable;

/** What may be asked of an org; names are already checked for their form. */
sealed interface OrgCommand {
    record Create(String name) implements OrgCommand {}

    /** Null leaves a field as it is. */
    record Update(
            @Nullable String name,
            @Nullable String billingEmail,
            @Nullable Boolean developersMayExec) implements OrgCommand {}

    record Delete() implements OrgCommand {}
}
