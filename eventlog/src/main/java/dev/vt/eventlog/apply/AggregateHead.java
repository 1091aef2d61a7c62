package dev.vt.eventlog.apply;

import dev.vt.eventlog.Owner;

/**
 * @param seq of the newest event; 0: the aggregate never existed
 * @param owner as its first event said
 */
record AggregateHead(int seq, boolean alive, Owner owner) {
    static final AggregateHead ABSENT = new AggregateHead(0, false, Owner.NONE);
}
