package dev.vt.eventlog.store;

import dev.vt.testkit.LogSetup;
import dev.vt.testkit.log.PreconditionsContract;

class PreconditionsTest extends PreconditionsContract {
    PreconditionsTest() {
        super(LogSetup.DIRECT);
    }
}
