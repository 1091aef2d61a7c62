-- Raft mode: the entry that was applied last, in the transaction that applied it (cluster.md V2). Direct mode leaves both 0.
ALTER TABLE log.log_head
    ADD COLUMN raft_term  bigint NOT NULL DEFAULT 0,
    ADD COLUMN raft_index bigint NOT NULL DEFAULT 0;

-- Events on their way from another server (V9): they stay here until all of them and the rest of its state have come.
CREATE TABLE log.incoming_events (LIKE log.events INCLUDING INDEXES);
GRANT SELECT, INSERT, DELETE, TRUNCATE ON log.incoming_events TO vt_app;
