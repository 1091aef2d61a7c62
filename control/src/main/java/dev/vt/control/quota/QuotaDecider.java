package dev.vt.control.quota;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.Optional;

/** Pure: another quota than the one that holds. */
final class QuotaDecider {
    private QuotaDecider() {}

    /** @param now what holds; empty if none was ever set */
    static Decision<QuotaEvent> decide(Optional<QuotaEvent> now, QuotaEvent wanted) {
        if (wanted.limits().values().stream().anyMatch(limit -> limit < 0)) {
            return Decision.refuse(ErrorCode.INVALID_ARGUMENT, "a limit is not negative");
        }
        return now.filter(wanted::equals).isPresent() ? Decision.unchanged() : Decision.accept(wanted);
    }
}
