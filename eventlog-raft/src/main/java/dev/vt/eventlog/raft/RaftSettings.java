package dev.vt.eventlog.raft;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' settings; ADR 7 says why each. */
final class RaftSettings {
    /** A batch is at most 4 MiB of payloads; with its envelope it must pass. */
    private static final SizeInBytes LARGEST_ENTRY = SizeInBytes.valueOf("12MB");

    private static final SizeInBytes LARGEST_MESSAGE = SizeInBytes.valueOf("32MB");

    private RaftSettings() {}

    static RaftProperties of(RaftOptions options) {
        RaftProperties properties = new RaftProperties();
        File directory = options.directory().toFile();
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory));
        RaftServerConfigKeys.setRemovedGroupsDir(properties, new File(directory, "removed"));
        String address = options.selfAddress();
        int colon = address.lastIndexOf(':');
        GrpcConfigKeys.Server.setHost(properties, address.substring(0, colon));
        GrpcConfigKeys.Server.setPort(properties, Integer.parseInt(address.substring(colon + 1)));
        GrpcConfigKeys.setMessageSizeMax(properties, LARGEST_MESSAGE);
        elections(properties, options.timing().election());
        log(properties);
        snapshots(properties, options.timing().snapshotEntries());
        // Batches are told apart by their own ids; Ratis need not remember requests beyond its own retries.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, seconds(5));
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setTimeout(properties, seconds(10));
        return properties;
    }

    /** V12. A leader sends a heartbeat in half of the shortest election timeout at the latest. */
    private static void elections(RaftProperties properties, Duration election) {
        TimeDuration least = TimeDuration.valueOf(election.toMillis(), TimeUnit.MILLISECONDS);
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, least);
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, least.multiply(1.5));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, least.multiply(0.5));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, least);
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        // Whoever lost its majority for a moment may stand again soon: it may be the one that is needed (V12).
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, least.multiply(2));
        RaftServerConfigKeys.setCloseThreshold(properties, seconds(60));
        RaftServerConfigKeys.setStagingTimeout(properties, seconds(60));
    }

    private static void log(RaftProperties properties) {
        // Ratis would write an entry of its own, with a sync of its own, after each commit; the database knows what is
        // applied.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        // The sync is shared by all entries that came meanwhile, whatever their number.
        RaftServerConfigKeys.Log.setForceSyncNum(properties, 4096);
        // Not zero: while a follower's commit is behind, Ratis sends to it without any other pause.
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ONE_MILLISECOND);
        // A server that comes back is found within this, however long it was away.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,5, 50ms,20, 500ms,1000000000");
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, LARGEST_ENTRY);
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("16MB"));
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("64MB"));
    }

    private static void snapshots(RaftProperties properties, long entries) {
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, entries);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, entries);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    }

    private static TimeDuration seconds(long seconds) {
        return TimeDuration.valueOf(seconds, TimeUnit.SECONDS);
    }
}
