package dev.vt.eventlog.store;

import dev.vt.testkit.log.EventLogContract;

/** The contract, by three voters. */
class RaftLogTest extends EventLogContract {
    RaftLogTest() {
        super(RaftCluster::new);
    }
}
