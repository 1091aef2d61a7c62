package dev.vt.eventlog.store;

import dev.vt.testkit.log.PreconditionsContract;
import org.junit.jupiter.api.Tag;

/** Each precondition, by three voters; the fixture compares what they made of it. */
@Tag("slow")
class RaftPreconditionsTest extends PreconditionsContract {
    RaftPreconditionsTest() {
        super(RaftCluster::new);
    }
}
