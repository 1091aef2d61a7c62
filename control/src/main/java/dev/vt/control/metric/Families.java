package dev.vt.control.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every family of the server, with its labels (OB1). */
public final class Families {
    /** How a family is measured. */
    public enum Kind {
        COUNTER,
        TIMER,
        GAUGE
    }

    /**
     * @param name without the suffix that its kind adds ({@code _total}, {@code _seconds})
     * @param labels in the order of their values
     */
    public record Family(String name, Kind kind, List<String> labels, String help) {
        public Family {
            labels = List.copyOf(labels);
            if (!LABELS.containsAll(labels)) {
                throw new IllegalArgumentException("labels of " + name + " are not declared: " + labels);
            }
        }

        /** As it is scraped. */
        public String exposed() {
            return switch (kind) {
                case COUNTER -> name + "_total";
                case TIMER -> name + "_seconds";
                case GAUGE -> name;
            };
        }
    }

    /** The closed set of OB1, and those that state.md §13 and {@code vt_build_info} name. */
    public static final Set<String> LABELS = Set.of(
            "role",
            "result",
            "reason",
            "method",
            "route_template",
            "code",
            "projection",
            "kind",
            "driver",
            "phase",
            "start",
            "pool",
            "state",
            "listener",
            "where",
            "job_type",
            "what",
            "mode",
            "version",
            "feature_level");

    public static final int MAX_SERIES = 200;

    public static final Family HTTP_REQUESTS =
            counter("vt_http_requests", "Answers by endpoint and status", "method", "route_template", "code");
    public static final Family HTTP_SECONDS = timer("vt_http_request", "Time to answer, streams left out", "method");
    public static final Family GRPC_CALLS = counter("vt_grpc_calls", "Calls of the public gRPC API", "method", "code");
    public static final Family REWRAP_REMAINING =
            gauge("vt_secret_rewrap_remaining", "Sealed records that could not be wrapped by the primary master key");
    public static final Family CERTIFICATE_RENEWALS =
            counter("vt_certificate_renewals", "Renewals that nodes and edges asked for, by outcome", "kind", "result");
    public static final Family LOG_APPEND = timer("vt_log_append", "Appends as callers saw them", "mode", "result");
    public static final Family LOG_REJECTED = counter("vt_log_rejected", "Rejected preconditions", "kind");
    public static final Family APPLY = timer("vt_apply", "One transaction of apply, commit included");
    public static final Family READ_WAIT = timer("vt_read_wait", "Waits for an event to be applied", "result");
    public static final Family CHAIN_MISMATCH =
            counter("vt_chain_mismatch", "Verifications that found the hash chain broken");
    public static final Family LAST_EVENT = gauge("vt_log_last_event_id", "The newest event");
    public static final Family LOG_BYTES = gauge("vt_log_bytes", "The log on disk");
    public static final Family APPLY_LAG = gauge("vt_apply_lag_entries", "Batches that wait to be applied");
    public static final Family PROJECTION_LAG =
            gauge("vt_projection_lag_events", "Events a derived view is behind", "projection");
    public static final Family CONSUMER_LAG =
            gauge("vt_consumer_lag_events", "Events the slowest consumer is behind", "kind");
    public static final Family SIDE_RECORDS = gauge("vt_side_records", "Side records", "kind");
    public static final Family STREAMS_OPEN = gauge("vt_streams_open", "Open streams", "kind");
    public static final Family NODES = gauge("vt_nodes", "Nodes by health", "state");
    public static final Family INSTANCES = gauge("vt_instances", "Instances not stopped", "state", "driver");
    public static final Family RECONCILE_RUNS = counter("vt_reconcile_runs", "Runs of reconcilers", "kind", "result");
    public static final Family RECONCILE_SECONDS = timer("vt_reconcile", "Time of a run", "kind");
    public static final Family BUILD_INFO = gauge("vt_build_info", "Always 1", "version", "feature_level");

    private static final Map<String, Family> ALL = all();

    private Families() {}

    private static Map<String, Family> all() {
        Map<String, Family> out = new LinkedHashMap<>();
        for (Family family : List.of(
                HTTP_REQUESTS,
                HTTP_SECONDS,
                GRPC_CALLS,
                CERTIFICATE_RENEWALS,
                REWRAP_REMAINING,
                LOG_APPEND,
                LOG_REJECTED,
                APPLY,
                READ_WAIT,
                CHAIN_MISMATCH,
                LAST_EVENT,
                LOG_BYTES,
                APPLY_LAG,
                PROJECTION_LAG,
                CONSUMER_LAG,
                SIDE_RECORDS,
                STREAMS_OPEN,
                NODES,
                INSTANCES,
                RECONCILE_RUNS,
                RECONCILE_SECONDS,
                BUILD_INFO)) {
            out.put(family.exposed(), family);
        }
        return out;
    }

    /** By their name in a scrape. */
    public static Map<String, Family> exposed() {
        return ALL;
    }

    private static Family counter(String name, String help, String... labels) {
        return new Family(name, Kind.COUNTER, List.of(labels), help);
    }

    private static Family timer(String name, String help, String... labels) {
        return new Family(name, Kind.TIMER, List.of(labels), help);
    }

    private static Family gauge(String name, String help, String... labels) {
        return new Family(name, Kind.GAUGE, List.of(labels), help);
    }
}
