package dev.vt.control.config;

import dev.vt.control.config.ConfigSchema.Violation;
import java.util.ArrayList;
import java.util.List;

/** What must hold between keys, and what is only worth a word (C1). Pure. */
final class ConfigRules {
    /** @param code for example {@code even_voters} */
    record Advice(String code, String path, String message) {}

    private ConfigRules() {}

    static List<Violation> violations(ClusterConfig config) {
        List<Violation> out = new ArrayList<>();
        ClusterConfig.Raft raft = config.raft();
        before(out, raft.heartbeat(), raft.electionTimeoutMin(), "raft.heartbeat_ms", "raft.election_timeout_min_ms");
        before(
                out,
                raft.electionTimeoutMin(),
                raft.electionTimeoutMax(),
                "raft.election_timeout_min_ms",
                "raft.election_timeout_max_ms");
        ClusterConfig.Gossip gossip = config.gossip();
        before(out, gossip.ackTimeout(), gossip.period(), "gossip.ack_timeout_ms", "gossip.period_ms");
        ClusterConfig.Detection detection = config.detection();
        before(
                out,
                detection.heartbeatEvery(),
                detection.suspectAfter(),
                "detection.heartbeat_every_seconds",
                "detection.suspect_after_seconds");
        before(
                out,
                detection.suspectAfter(),
                detection.offlineAfter(),
                "detection.suspect_after_seconds",
                "detection.offline_after_seconds");
        before(
                out,
                detection.probeTimeout(),
                detection.probeEvery(),
                "detection.probe_timeout_seconds",
                "detection.probe_every_seconds");
        notAfter(
                out,
                detection.flapWindow(),
                detection.flapStableMax(),
                "detection.flap_window_seconds",
                "detection.flap_stable_max_seconds");
        ClusterConfig.Ha ha = config.ha();
        before(
                out,
                ha.guardAckWindow(),
                ha.guardKillAfter(),
                "ha.guard_ack_window_seconds",
                "ha.guard_kill_after_seconds");
        before(
                out,
                ha.guardKillAfter(),
                ha.selfFenceAfter(),
                "ha.guard_kill_after_seconds",
                "ha.self_fence_after_seconds");
        before(
                out,
                ha.guardKillAfter(),
                detection.offlineAfter(),
                "ha.guard_kill_after_seconds",
                "detection.offline_after_seconds");
        ClusterConfig.Scheduler scheduler = config.scheduler();
        notAfter(
                out,
                scheduler.firstBackoff(),
                scheduler.maxBackoff(),
                "scheduler.first_backoff_seconds",
                "scheduler.max_backoff_seconds");
        ClusterConfig.Network network = config.network();
        before(
                out,
                network.echoMissesDegraded(),
                network.echoMissesDown(),
                "network.echo_misses_degraded",
                "network.echo_misses_down");
        ClusterConfig.Edge edge = config.edge();
        notAfter(out, edge.connectTimeout(), edge.connectWithin(), "edge.connect_timeout_ms", "edge.connect_within_ms");
        notAfter(out, edge.ejectFor(), edge.ejectMax(), "edge.eject_for_seconds", "edge.eject_max_seconds");
        notAfter(
                out,
                edge.maxConnectionsPerRoute(),
                edge.maxConnections(),
                "edge.max_connections_per_route",
                "edge.max_connections");
        ClusterConfig.Storage storage = config.storage();
        before(
                out,
                storage.poolLowPercent(),
                storage.poolWarnPercent(),
                "storage.pool_low_percent",
                "storage.pool_warn_percent");
        ClusterConfig.Sites sites = config.sites();
        notAfter(out, sites.jobSilence(), sites.jobTimeout(), "sites.job_silence_minutes", "sites.job_timeout_minutes");
        return out;
    }

    private static <T extends Comparable<T>> void before(
            List<Violation> out, T small, T large, String smallPath, String largePath) {
        if (small.compareTo(large) >= 0) {
            out.add(new Violation("conflict", smallPath, "must be less than " + largePath, null));
        }
    }

    private static <T extends Comparable<T>> void notAfter(
            List<Violation> out, T small, T large, String smallPath, String largePath) {
        if (small.compareTo(large) > 0) {
            out.add(new Violation("conflict", smallPath, "must not be more than " + largePath, null));
        }
    }

    /** @param raft whether servers vote at all (V13) */
    static List<Advice> advice(ClusterConfig config, boolean raft) {
        List<Advice> out = new ArrayList<>();
        int voters = config.raft().desiredVoters();
        if (voters % 2 == 0) {
            out.add(new Advice(
                    "even_voters",
                    "raft.desired_voters",
                    voters + " voters survive no more failures than " + (voters - 1)));
        }
        if (!raft && voters != ClusterConfig.DEFAULT.raft().desiredVoters()) {
            out.add(new Advice("not_raft", "raft.desired_voters", "has no effect while the log is in direct mode"));
        }
        return out;
    }
}
