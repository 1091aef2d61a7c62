package dev.vt.eventlog.raft;

import java.util.List;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.SnapshotInfo;

/** A snapshot as Ratis sees it: no file, only the entry that the database is known to hold on disk (V8). */
record DatabaseMark(TermIndex position) implements SnapshotInfo {
    @Override
    public TermIndex getTermIndex() {
        return position;
    }

    @Override
    public List<FileInfo> getFiles() {
        return List.of();
    }
}
