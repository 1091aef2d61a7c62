package dev.vt.scheduler.placement;

import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.LabelTerm;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import dev.vt.scheduler.view.VolumeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The filters that do not change during a pass: activity, driver, architecture, capabilities, volumes, labels.
 *
 * @param nodes ascending positions; empty exactly if {@code blocked} is set
 * @param drivers chosen per position
 * @param overheadBytes per position
 */
record Candidates(int[] nodes, String[] drivers, long[] overheadBytes, Placement.@Nullable Blocked blocked) {

    /** Groups that ask for the same get the same answer, so most passes filter all nodes once. */
    static final class Source {
        private final Snapshot snapshot;
        private final SchedulerConfig config;
        private final Function<String, Optional<String>> volumeHolder;
        private final Map<Signature, Candidates> known = new HashMap<>();

        /** @param volumeHolder the live instance of the snapshot that holds a volume */
        Source(Snapshot snapshot, SchedulerConfig config, Function<String, Optional<String>> volumeHolder) {
            this.snapshot = snapshot;
            this.config = config;
            this.volumeHolder = volumeHolder;
        }

        /** @param leavingId an instance whose hold on volumes does not count; empty: none */
        Candidates of(GroupSpec spec, String leavingId) {
            if (spec.inPlace()) {
                return filter(spec, leavingId);
            }
            Signature signature = new Signature(
                    spec.driver(),
                    spec.architectures(),
                    spec.capabilities(),
                    spec.placement().require());
            Candidates candidates = known.get(signature);
            if (candidates == null) {
                candidates = filter(spec, leavingId);
                known.put(signature, candidates);
            }
            return candidates;
        }

        private Candidates filter(GroupSpec spec, String leavingId) {
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < snapshot.nodes().size(); i++) {
                if (snapshot.nodes().get(i).acceptsWork()) {
                    left.add(i);
                }
            }
            if (left.isEmpty()) {
                return blocked(Reasons.NO_NODES_ACTIVE, "no node is active and online");
            }
            left = keep(left, node -> driver(spec, node) != null && archFits(spec, node));
            if (left.isEmpty()) {
                return blocked(
                        Reasons.NO_NODE_DRIVER,
                        "no active node runs " + (spec.driver() == null ? "instances" : spec.driver()) + " on "
                                + (spec.architectures().isEmpty()
                                        ? "any architecture"
                                        : String.join(" or ", spec.architectures())));
            }
            for (String capability : spec.capabilities()) {
                left = keep(left, node -> node.capabilities().contains(capability));
                if (left.isEmpty()) {
                    return blocked(Reasons.MISSING_PREFIX + capability, "no active node has " + capability);
                }
            }
            if (spec.inPlace()) {
                String home = null;
                for (String volumeId : spec.volumeIds()) {
                    Optional<VolumeView> volume = snapshot.volume(volumeId);
                    if (volume.isEmpty()
                            || (home != null && !home.equals(volume.get().homeNodeId()))) {
                        return blocked(Reasons.VOLUME_CONSTRAINTS_INVALID, "the volumes are not all on one node");
                    }
                    home = volume.get().homeNodeId();
                }
                String homeNode = home;
                left = keep(left, node -> node.id().equals(homeNode));
                if (left.isEmpty()) {
                    return homeBlocked(String.valueOf(homeNode));
                }
                for (String volumeId : spec.volumeIds()) {
                    Optional<String> holder = volumeHolder.apply(volumeId);
                    if (holder.isPresent() && !holder.get().equals(leavingId)) {
                        return blocked(Reasons.VOLUME_IN_USE, volumeId + " is held by " + holder.get());
                    }
                }
            }
            for (LabelTerm term : spec.placement().require()) {
                left = keep(left, node -> term.holds(node.labels()));
                if (left.isEmpty()) {
                    return blocked(Reasons.NO_NODE_MATCHES, "no candidate matches " + term);
                }
            }
            return accepted(spec, left);
        }

        private Candidates homeBlocked(String homeNode) {
            Optional<NodeView> home = snapshot.node(homeNode);
            boolean silent = home.isEmpty() || home.get().health() == NodeHealth.OFFLINE;
            return silent
                    ? blocked(Reasons.VOLUME_HOME_NODE_OFFLINE, homeNode + " holds the volumes and is offline")
                    : blocked(Reasons.VOLUME_LOCALITY_NO_NODE, homeNode + " holds the volumes and takes no new work");
        }

        private Candidates accepted(GroupSpec spec, List<Integer> left) {
            int[] nodes = new int[left.size()];
            String[] drivers = new String[nodes.length];
            long[] overhead = new long[nodes.length];
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = left.get(i);
                NodeView.DriverView driver = driver(spec, snapshot.nodes().get(nodes[i]));
                if (driver == null) {
                    throw new IllegalStateException("a candidate without driver passed the filter");
                }
                drivers[i] = driver.name();
                overhead[i] = config.overheadBytes(driver);
            }
            return new Candidates(nodes, drivers, overhead, null);
        }

        private List<Integer> keep(List<Integer> left, Predicate<NodeView> condition) {
            List<Integer> kept = new ArrayList<>(left.size());
            for (int index : left) {
                if (condition.test(snapshot.nodes().get(index))) {
                    kept.add(index);
                }
            }
            return kept;
        }

        private NodeView.@Nullable DriverView driver(GroupSpec spec, NodeView node) {
            if (spec.driver() != null) {
                return named(node, spec.driver());
            }
            for (String name : config.driverOrder()) {
                NodeView.DriverView driver = named(node, name);
                if (driver != null) {
                    return driver;
                }
            }
            return null;
        }

        private static NodeView.@Nullable DriverView named(NodeView node, String name) {
            for (NodeView.DriverView driver : node.drivers()) {
                if (driver.name().equals(name)) {
                    return driver;
                }
            }
            return null;
        }

        private static boolean archFits(GroupSpec spec, NodeView node) {
            return spec.architectures().isEmpty() || spec.architectures().contains(node.arch());
        }

        private static Candidates blocked(String reason, String detail) {
            return new Candidates(new int[0], new String[0], new long[0], new Placement.Blocked(reason, detail));
        }

        private record Signature(
                @Nullable String driver,
                List<String> architectures,
                List<String> capabilities,
                List<LabelTerm> require) {}
    }
}
