package dev.vt.control.config;

import dev.vt.control.config.Key.Unit;
import dev.vt.kernel.ByteSize;
import java.time.Duration;
import java.util.List;

/**
 * The configuration in force: a record per section of the document, immutable. The defaults are the numbers of the
 * specification; the rule that a key belongs to stands beside it.
 */
public record ClusterConfig(
        Raft raft,
        Gossip gossip,
        Detection detection,
        Scheduler scheduler,
        Ha ha,
        Network network,
        Edge edge,
        Storage storage,
        Backup backup,
        Retention retention,
        Limits limits,
        Sites sites) {
    /** What holds where nobody has said anything. */
    public static final ClusterConfig DEFAULT = ConfigSchema.defaults();

    /**
     * Raft: servers and consensus (cluster.md §1).
     *
     * @param desiredVoters servers that vote (V3)
     * @param compareEvery how often the leader compares voters with the wish (V3)
     * @param promoteAfterUp an observer is up this long before it may vote (V4)
     * @param promoteMaxLag entries an observer may lag and still be promoted (V4)
     * @param removeFailedAfter a failed server is removed after (V6)
     * @param transferWithin limit of a leadership transfer (V7)
     * @param noLeaderWait a write waits this long for a leader (V10)
     * @param electionTimeoutMin shortest random election timeout (V12)
     * @param electionTimeoutMax longest random election timeout (V12)
     * @param heartbeat of the leader (V12)
     * @param snapshotEntries entries between snapshots (V8)
     * @param snapshotLog or bytes of log between them (V8)
     * @param keptEntries entries kept behind a snapshot (V8)
     */
    public record Raft(
            @Key(value = 3, min = 1, max = 7) int desiredVoters,

            @Key(value = 5, min = 1, max = 60, unit = Unit.SECONDS)
            Duration compareEvery,

            @Key(value = 30, max = 3600, unit = Unit.SECONDS)
            Duration promoteAfterUp,

            @Key(value = 1000, max = 1000000) int promoteMaxLag,

            @Key(value = 600, min = 60, max = 86400, unit = Unit.SECONDS)
            Duration removeFailedAfter,

            @Key(value = 10, min = 1, max = 60, unit = Unit.SECONDS)
            Duration transferWithin,

            @Key(value = 10, min = 1, max = 60, unit = Unit.SECONDS, awaits = "raft membership")
            Duration noLeaderWait,

            @Key(value = 1000, min = 150, max = 60000, unit = Unit.MS, restart = true, awaits = "raft membership")
            Duration electionTimeoutMin,

            @Key(value = 2000, min = 150, max = 120000, unit = Unit.MS, restart = true, awaits = "raft membership")
            Duration electionTimeoutMax,

            @Key(value = 200, min = 50, max = 10000, unit = Unit.MS, restart = true, awaits = "raft membership")
            Duration heartbeat,

            @Key(value = 10000, min = 100, max = 10000000, awaits = "raft membership")
            int snapshotEntries,

            @Key(value = 64L << 20, min = 1L << 20, max = 16384L << 20, awaits = "raft membership")
            ByteSize snapshotLog,

            @Key(value = 10000, max = 10000000, awaits = "raft membership")
            int keptEntries) {}

    /**
     * Gossip: how members find each other (cluster.md M2).
     *
     * @param period between probes
     * @param ackTimeout before indirect probes
     * @param indirectProbes members asked to probe instead
     * @param suspicionFactor times log10(n + 1) seconds of suspicion
     * @param fullExchangeEvery whole state over TCP
     */
    public record Gossip(
            @Key(value = 1000, min = 100, max = 60000, unit = Unit.MS, restart = true, awaits = "gossip")
            Duration period,

            @Key(value = 500, min = 50, max = 30000, unit = Unit.MS, restart = true, awaits = "gossip")
            Duration ackTimeout,

            @Key(value = 3, max = 10, restart = true, awaits = "gossip")
            int indirectProbes,

            @Key(value = 4, min = 1, max = 20, restart = true, awaits = "gossip")
            int suspicionFactor,

            @Key(value = 30, min = 5, max = 3600, unit = Unit.SECONDS, restart = true, awaits = "gossip")
            Duration fullExchangeEvery) {}

    /**
     * Detection: which nodes are believed alive (cluster.md D1 to D4, D7).
     *
     * @param suspectAfter silence that makes a node suspect (D2)
     * @param offlineAfter silence that makes it offline, with a second signal (D2)
     * @param heartbeatsToReturn heartbeats of a node that was given up before it counts again (D2)
     * @param massSuspicionPercent more nodes than this suspect: nobody is evicted for silence (D3)
     * @param flapChanges changes of health in the window that make a node flap (D4)
     * @param flapWindow the window, and the first time it must be stable (D4)
     * @param flapStableMax the longest time it must be stable (D4)
     * @param clockSkewMax no new work beyond this clock offset (D7)
     * @param heartbeatEvery of agents (D1)
     * @param probeEvery of an agent's /healthz (D1)
     * @param probeTimeout of a probe (D1)
     * @param probesToSuspect failed probes that make a node suspect (D2)
     * @param clockOffsetAdvice clock offset that is worth a word (D7)
     */
    public record Detection(
            @Key(value = 15, min = 5, max = 3600, unit = Unit.SECONDS)
            Duration suspectAfter,

            @Key(value = 60, min = 10, max = 86400, unit = Unit.SECONDS)
            Duration offlineAfter,

            @Key(value = 3, min = 1, max = 100) int heartbeatsToReturn,
            @Key(value = 50, min = 10, max = 100) int massSuspicionPercent,
            @Key(value = 3, min = 2, max = 100) int flapChanges,

            @Key(value = 600, min = 60, max = 86400, unit = Unit.SECONDS)
            Duration flapWindow,

            @Key(value = 7200, min = 60, max = 604800, unit = Unit.SECONDS)
            Duration flapStableMax,

            @Key(value = 5000, min = 100, max = 600000, unit = Unit.MS)
            Duration clockSkewMax,

            @Key(value = 5, min = 1, max = 60, unit = Unit.SECONDS, awaits = "heartbeats in the plan")
            Duration heartbeatEvery,

            @Key(value = 10, min = 1, max = 600, unit = Unit.SECONDS, awaits = "gossip and probes")
            Duration probeEvery,

            @Key(value = 2, min = 1, max = 60, unit = Unit.SECONDS, awaits = "gossip and probes")
            Duration probeTimeout,

            @Key(value = 3, min = 1, max = 100, awaits = "gossip and probes")
            int probesToSuspect,

            @Key(value = 500, min = 10, max = 600000, unit = Unit.MS, awaits = "gossip and probes")
            Duration clockOffsetAdvice) {}

    /**
     * Scheduler: placement and rollouts (scheduler.md).
     *
     * @param strategy of instances (§3)
     * @param reservedMemory of a node for the system, before the percentage (§2)
     * @param reservedMemoryPercent of physical memory for the system (§2)
     * @param cpuOvercommitPercent CPU requests a node may hold, of its cores (§2)
     * @param driverOrder which driver a node uses when the group names none
     * @param firecrackerOverhead memory beside an instance's cap (§2)
     * @param qemuOverhead as above
     * @param containerOverhead as above
     * @param simOverhead as above
     * @param edgeDrainDelay between leaving the backend set and the stop signal (§4)
     * @param failureWindow in which replacements are counted (K10)
     * @param maxReplacements in the window, then the group is stalled (K10)
     * @param stalledRetry between attempts of a stalled group (K10)
     * @param firstBackoff between the first two replacements; doubles (K10)
     * @param maxBackoff the longest delay between replacements (K10)
     * @param maxEvictionsPerGroup at once, of a draining node (K12)
     * @param maxEvictionsPerNode at once (K12)
     * @param vmStrategy of VMs (§3)
     * @param rebalance whether work is moved to even out nodes (cluster.md S5)
     * @param rebalanceEvery between its looks
     * @param rebalanceGainPercent of the score a move must gain
     * @param rebalanceRest between two moves of the same VM
     * @param rebalanceMoves at once in the cluster
     */
    public record Scheduler(
            @Key(
                    words = "spread",
                    oneOf = {"spread", "binpack", "most_free"})
            String strategy,

            @Key(value = 512L << 20, max = 1048576L << 20) ByteSize reservedMemory,
            @Key(value = 5, max = 90) int reservedMemoryPercent,
            @Key(value = 400, min = 10, max = 10000) int cpuOvercommitPercent,

            @Key(
                    words = {"firecracker", "qemu", "container", "sim"},
                    oneOf = {"firecracker", "qemu", "container", "sim"})
            List<String> driverOrder,

            @Key(value = 64L << 20, max = 4096L << 20) ByteSize firecrackerOverhead,
            @Key(value = 128L << 20, max = 4096L << 20) ByteSize qemuOverhead,
            @Key(value = 16L << 20, max = 4096L << 20) ByteSize containerOverhead,
            @Key(max = 4096L << 20) ByteSize simOverhead,
            @Key(value = 2000, max = 60000, unit = Unit.MS) Duration edgeDrainDelay,

            @Key(value = 600, min = 60, max = 86400, unit = Unit.SECONDS)
            Duration failureWindow,

            @Key(value = 3, min = 1, max = 100) int maxReplacements,

            @Key(value = 300, min = 10, max = 86400, unit = Unit.SECONDS)
            Duration stalledRetry,

            @Key(value = 5, max = 3600, unit = Unit.SECONDS) Duration firstBackoff,

            @Key(value = 300, max = 86400, unit = Unit.SECONDS)
            Duration maxBackoff,

            @Key(value = 2, min = 1, max = 1000) int maxEvictionsPerGroup,
            @Key(value = 20, min = 1, max = 10000) int maxEvictionsPerNode,

            @Key(
                    words = "most_free",
                    oneOf = {"spread", "binpack", "most_free"},
                    awaits = "VM placement")
            String vmStrategy,

            @Key(max = 1, awaits = "the rebalancer") boolean rebalance,

            @Key(value = 600, min = 60, max = 86400, unit = Unit.SECONDS, awaits = "the rebalancer")
            Duration rebalanceEvery,

            @Key(value = 15, min = 1, max = 100, awaits = "the rebalancer")
            int rebalanceGainPercent,

            @Key(value = 6, max = 720, unit = Unit.HOURS, awaits = "the rebalancer")
            Duration rebalanceRest,

            @Key(value = 2, min = 1, max = 100, awaits = "the rebalancer")
            int rebalanceMoves) {
        public Scheduler {
            driverOrder = List.copyOf(driverOrder);
        }
    }

    /**
     * Ha: restart elsewhere and fencing (cluster.md §7).
     *
     * @param guardKillAfter a guard kills its VM this long after the last renewal (H2)
     * @param guardAckWindow how fresh an acknowledgement must be for a renewal (H2)
     * @param selfFenceAfter silence to the leader and half of the node set that fences (H3)
     * @param deviceWithin limit of a power-off hook (H3)
     * @param maxRestartsPerHour of a VM, then restart_limit (H6)
     */
    public record Ha(
            @Key(value = 30, min = 5, max = 600, unit = Unit.SECONDS, awaits = "high availability of VMs")
            Duration guardKillAfter,

            @Key(value = 10, min = 1, max = 300, unit = Unit.SECONDS, awaits = "high availability of VMs")
            Duration guardAckWindow,

            @Key(value = 45, min = 10, max = 3600, unit = Unit.SECONDS, awaits = "high availability of VMs")
            Duration selfFenceAfter,

            @Key(value = 30, min = 5, max = 600, unit = Unit.SECONDS, awaits = "high availability of VMs")
            Duration deviceWithin,

            @Key(value = 3, max = 100, awaits = "high availability of VMs")
            int maxRestartsPerHour) {}

    /**
     * Network: addresses and overlay (network.md).
     *
     * @param addressCooldown before an instance's address may be given again (A6)
     * @param nodeCooldown before a node's address may be given again (A6)
     * @param mtu of the overlay (O1)
     * @param wireguardPort UDP (O1)
     * @param keepalive of nodes behind NAT; 0 is off (O8)
     * @param echoEvery of the mesh (O10)
     * @param echoMissesDegraded missed echoes (O10)
     * @param echoMissesDown missed echoes (O10)
     * @param relay partial meshes are relayed (O11)
     * @param keyRotation life of an overlay key (O12)
     * @param internal between instances of one env (P1)
     * @param dnsTtl of answers (D4)
     * @param dnsNegativeTtl of negative answers (D4)
     * @param egress of an env that says nothing (E1)
     * @param flowsPerInstance tracked at once (E4)
     * @param newFlowsPerSecond of an instance (E4)
     */
    public record Network(
            @Key(value = 24, min = 1, max = 720, unit = Unit.HOURS)
            Duration addressCooldown,

            @Key(value = 30, min = 1, max = 365, unit = Unit.DAYS, awaits = "the overlay")
            Duration nodeCooldown,

            @Key(value = 1420, min = 1280, max = 9000, restart = true)
            int mtu,

            @Key(value = 51820, min = 1, max = 65535, restart = true)
            int wireguardPort,

            @Key(value = 25, max = 3600, unit = Unit.SECONDS)
            Duration keepalive,

            @Key(value = 5, min = 1, max = 60, unit = Unit.SECONDS)
            Duration echoEvery,

            @Key(value = 3, min = 1, max = 100) int echoMissesDegraded,

            @Key(value = 6, min = 1, max = 100) int echoMissesDown,

            @Key(value = 1, max = 1, awaits = "the overlay") boolean relay,

            @Key(value = 90, min = 1, max = 3650, unit = Unit.DAYS, awaits = "the overlay")
            Duration keyRotation,

            @Key(
                    words = "allow",
                    oneOf = {"allow", "deny"})
            String internal,

            @Key(value = 5, min = 1, max = 3600, unit = Unit.SECONDS)
            Duration dnsTtl,

            @Key(value = 2, min = 1, max = 3600, unit = Unit.SECONDS)
            Duration dnsNegativeTtl,

            @Key(
                    words = "internet",
                    oneOf = {"internet", "none"})
            String egress,

            @Key(value = 10000, min = 100, max = 1000000) int flowsPerInstance,

            @Key(value = 500, min = 10, max = 100000) int newFlowsPerSecond) {}

    /**
     * Edge: ingress (ingress.md).
     *
     * @param sniffTimeout for a ClientHello (§2)
     * @param maxSniff of a ClientHello (§2)
     * @param connectTimeout to one backend (B3)
     * @param connectRetries other backends tried (B3)
     * @param connectWithin in all (B3)
     * @param ejectFailures connect failures that eject a backend (B4)
     * @param ejectFor at first; doubles (B4)
     * @param ejectMax at most (B4)
     * @param staleAfter without a server, then backends are probed (B5)
     * @param tlsIdle of a TLS connection (F4)
     * @param halfClosedIdle of a connection with one end closed (F2)
     * @param maxConnections of an edge (F5)
     * @param maxConnectionsPerRoute (F5)
     * @param maxConnectionsPerClient of a /64 or an IPv4 address (F5)
     * @param newConnectionsPerClient each second (F5)
     * @param drain open connections may last this long (C6)
     * @param hostnameReservation a freed name stays its org's (R2)
     * @param hostnameProof before a hostname is served (R2)
     * @param deniedPorts no route may listen on, besides those that nobody may (R5)
     */
    public record Edge(
            @Key(value = 200, min = 10, max = 60000, unit = Unit.MS)
            Duration sniffTimeout,

            @Key(value = 8192, min = 1024, max = 16384) ByteSize maxSniff,

            @Key(value = 2000, min = 100, max = 60000, unit = Unit.MS)
            Duration connectTimeout,

            @Key(value = 2, max = 10) int connectRetries,

            @Key(value = 5000, min = 100, max = 120000, unit = Unit.MS)
            Duration connectWithin,

            @Key(value = 3, min = 1, max = 100) int ejectFailures,

            @Key(value = 5, min = 1, max = 600, unit = Unit.SECONDS)
            Duration ejectFor,

            @Key(value = 60, min = 1, max = 3600, unit = Unit.SECONDS)
            Duration ejectMax,

            @Key(value = 15, min = 5, max = 3600, unit = Unit.SECONDS)
            Duration staleAfter,

            @Key(value = 3600, min = 10, max = 86400, unit = Unit.SECONDS)
            Duration tlsIdle,

            @Key(value = 300, min = 10, max = 86400, unit = Unit.SECONDS)
            Duration halfClosedIdle,

            @Key(value = 100000, min = 100, max = 10000000) int maxConnections,

            @Key(value = 10000, min = 10, max = 10000000) int maxConnectionsPerRoute,

            @Key(value = 1000, min = 1, max = 1000000) int maxConnectionsPerClient,

            @Key(value = 200, min = 1, max = 1000000) int newConnectionsPerClient,

            @Key(value = 300, max = 3600, unit = Unit.SECONDS)
            Duration drain,

            @Key(value = 24, max = 720, unit = Unit.HOURS) Duration hostnameReservation,

            @Key(
                    words = "off",
                    oneOf = {"off", "txt"})
            String hostnameProof,

            @Key(min = 1, max = 65535) List<Integer> deniedPorts) {
        public Edge {
            deniedPorts = List.copyOf(deniedPorts);
        }
    }

    /**
     * Storage: volumes and pools (storage.md).
     *
     * @param poolWarnPercent free, below which a pool warns (ST3)
     * @param poolLowPercent free, below which it takes nothing new (ST3)
     * @param poolOvercommitPercent sum of sizes of the capacity (ST3)
     * @param undeleteWithin a deleted volume's bytes are held (ST8)
     * @param snapshotsPerVolume of users
     * @param snapshotLife unless kept
     * @param backupSnapshotLife of a snapshot made for a backup
     */
    public record Storage(
            @Key(value = 20, min = 1, max = 90, awaits = "volumes")
            int poolWarnPercent,

            @Key(value = 10, min = 1, max = 90, awaits = "volumes")
            int poolLowPercent,

            @Key(value = 100, min = 10, max = 1000, awaits = "volumes")
            int poolOvercommitPercent,

            @Key(value = 72, max = 8760, unit = Unit.HOURS, awaits = "volumes")
            Duration undeleteWithin,

            @Key(value = 3, max = 100, awaits = "volumes") int snapshotsPerVolume,

            @Key(value = 7, min = 1, max = 365, unit = Unit.DAYS, awaits = "volumes")
            Duration snapshotLife,

            @Key(value = 24, min = 1, max = 720, unit = Unit.HOURS, awaits = "volumes")
            Duration backupSnapshotLife) {}

    /**
     * Backup: of the control plane (observability-and-ops.md §8) and of volumes (storage.md).
     *
     * @param segmentEvery at the latest a segment is shipped
     * @param segmentSize or when it has this many bytes
     * @param fullEvery a full backup
     * @param volumeEvery a backup of each volume (ST16)
     * @param volumesAtOncePerNode (ST16)
     * @param volumeKeepLast good ones (ST17)
     */
    public record Backup(
            @Key(value = 60, min = 1, max = 3600, unit = Unit.SECONDS, awaits = "continuous backup")
            Duration segmentEvery,

            @Key(value = 1L << 20, min = 65536, max = 64L << 20, awaits = "continuous backup")
            ByteSize segmentSize,

            @Key(value = 24, min = 1, max = 720, unit = Unit.HOURS, awaits = "continuous backup")
            Duration fullEvery,

            @Key(value = 24, min = 1, max = 720, unit = Unit.HOURS, awaits = "continuous backup")
            Duration volumeEvery,

            @Key(value = 2, min = 1, max = 32, awaits = "continuous backup")
            int volumesAtOncePerNode,

            @Key(value = 14, min = 1, max = 1000, awaits = "continuous backup")
            int volumeKeepLast) {}

    /**
     * Retention: how long things are kept.
     *
     * @param idempotency answers to idempotency keys (api.md A8)
     * @param workloadLogs (exec-and-logs.md §7)
     * @param deletedBackups backups of a deleted volume (ST8)
     * @param credentials after expiry (state.md §5)
     */
    public record Retention(
            @Key(value = 24, min = 24, max = 168, unit = Unit.HOURS)
            Duration idempotency,

            @Key(value = 7, min = 1, max = 30, unit = Unit.DAYS, awaits = "log delivery to agents")
            Duration workloadLogs,

            @Key(value = 7, max = 365, unit = Unit.DAYS, awaits = "volumes")
            Duration deletedBackups,

            @Key(value = 30, min = 1, max = 365, unit = Unit.DAYS, awaits = "the side records' owners")
            Duration credentials) {}

    /**
     * Limits: of the API (api.md §8).
     *
     * @param body of a request
     * @param pageItems of a list
     * @param eventPageItems of events
     * @param eventStreamsPerOrg open at once
     * @param execPerInstance sessions at once
     * @param execPerEnv sessions at once
     * @param execGrantsPerHour of an org
     * @param readsPerMinute of an org and subject
     * @param writesPerMinute of an org and subject
     * @param signInsPerMinute of an address
     * @param tokensPerMinute of a principal
     * @param logStreamsPerOrg open at once
     * @param logStreamsPerToken open at once
     */
    public record Limits(
            @Key(value = 1L << 20, min = 65536, max = 8L << 20)
            ByteSize body,

            @Key(value = 200, min = 50, max = 200) int pageItems,
            @Key(value = 1000, min = 100, max = 1000) int eventPageItems,
            @Key(value = 20, min = 1, max = 10000) int eventStreamsPerOrg,
            @Key(value = 2, min = 1, max = 100) int execPerInstance,
            @Key(value = 10, min = 1, max = 1000) int execPerEnv,
            @Key(value = 100, min = 1, max = 100000) int execGrantsPerHour,

            @Key(value = 1000, min = 10, max = 1000000) int readsPerMinute,

            @Key(value = 100, min = 1, max = 1000000) int writesPerMinute,

            @Key(value = 10, min = 1, max = 10000) int signInsPerMinute,

            @Key(value = 30, min = 1, max = 10000) int tokensPerMinute,

            @Key(value = 20, min = 1, max = 10000, awaits = "rate limits")
            int logStreamsPerOrg,

            @Key(value = 10, min = 1, max = 10000, awaits = "rate limits")
            int logStreamsPerToken) {}

    /**
     * Sites: jobs on site hosts (sites.md).
     *
     * @param jobAttempts of a job (J3)
     * @param jobTimeout of one attempt (J4)
     * @param jobSilence of a job, then it has failed (J4)
     * @param jobLogs of a job's events (J8)
     * @param freshBackup how old a backup may be before an update (D4)
     * @param driftCheck how old a check may be before a promotion (R2)
     * @param automaticRollback a release older than this is not rolled back by itself
     * @param backups of a site
     */
    public record Sites(
            @Key(value = 3, min = 1, max = 4, awaits = "sites")
            int jobAttempts,

            @Key(value = 30, min = 1, max = 1440, unit = Unit.MINUTES, awaits = "sites")
            Duration jobTimeout,

            @Key(value = 5, min = 1, max = 1440, unit = Unit.MINUTES, awaits = "sites")
            Duration jobSilence,

            @Key(value = 14, min = 1, max = 365, unit = Unit.DAYS, awaits = "sites")
            Duration jobLogs,

            @Key(value = 60, min = 1, max = 10080, unit = Unit.MINUTES, awaits = "sites")
            Duration freshBackup,

            @Key(value = 15, min = 1, max = 1440, unit = Unit.MINUTES, awaits = "sites")
            Duration driftCheck,

            @Key(value = 30, max = 1440, unit = Unit.MINUTES, awaits = "sites")
            Duration automaticRollback,

            @Key(value = 30, min = 1, max = 3650, unit = Unit.DAYS, awaits = "sites")
            Duration backups) {}
}
