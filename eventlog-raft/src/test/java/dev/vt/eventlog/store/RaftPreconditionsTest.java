package dev.vt.eventlog.store;

import dev.vt.testkit.log.PreconditionsContract;

/** Each precondition, by three voters; the fixture compares what they made of it. */
class RaftPreconditionsTest extends PreconditionsContract {
    RaftPreconditionsTest() {
        super(RaftCluster::new);
    }
}
