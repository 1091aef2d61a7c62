package dev.vt.scheduler.view;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything one pass reads, at one event id. A pass plans every group of the snapshot. A partial snapshot holds whole
 * environments and <em>all</em> nodes, whose usage counts also what is not in the snapshot.
 *
 * <p>Immutable. The order of what is handed in does not matter (K7).
 */
public final class Snapshot {
    private final List<NodeView> nodes;
    private final List<GroupView> groups;
    private final Map<String, Integer> nodeIndex;
    private final Map<String, OrgView> orgs;
    private final Map<String, VolumeView> volumes;
    private final boolean massSuspicion;

    private Snapshot(
            List<NodeView> nodes,
            List<GroupView> groups,
            List<OrgView> orgs,
            List<VolumeView> volumes,
            boolean massSuspicion) {
        this.nodes = sorted(nodes, Comparator.comparing(NodeView::id));
        this.groups = sorted(groups, Comparator.comparing(GroupView::key));
        this.massSuspicion = massSuspicion;
        this.nodeIndex = HashMap.newHashMap(nodes.size());
        for (int i = 0; i < this.nodes.size(); i++) {
            if (nodeIndex.put(this.nodes.get(i).id(), i) != null) {
                throw new IllegalArgumentException(
                        "node twice: " + this.nodes.get(i).id());
            }
        }
        this.orgs = HashMap.newHashMap(orgs.size());
        orgs.forEach(org -> this.orgs.put(org.id(), org));
        this.volumes = HashMap.newHashMap(volumes.size());
        volumes.forEach(volume -> this.volumes.put(volume.id(), volume));
    }

    /** @param massSuspicion more than half of the nodes fell silent at once: nothing is replaced for silence (K5) */
    public static Snapshot of(
            List<NodeView> nodes,
            List<GroupView> groups,
            List<OrgView> orgs,
            List<VolumeView> volumes,
            boolean massSuspicion) {
        return new Snapshot(nodes, groups, orgs, volumes, massSuspicion);
    }

    private static <T> List<T> sorted(List<T> values, Comparator<T> order) {
        List<T> copy = new ArrayList<>(values);
        copy.sort(order);
        return List.copyOf(copy);
    }

    /** Sorted by id. */
    public List<NodeView> nodes() {
        return nodes;
    }

    /** Sorted by key. */
    public List<GroupView> groups() {
        return groups;
    }

    public Optional<GroupView> group(GroupKey key) {
        int low = 0;
        int high = groups.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = groups.get(middle).key().compareTo(key);
            if (order == 0) {
                return Optional.of(groups.get(middle));
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    /** Position in {@link #nodes()}, or -1: such a node was deleted. */
    public int nodeIndex(String nodeId) {
        return nodeIndex.getOrDefault(nodeId, -1);
    }

    public Optional<NodeView> node(String nodeId) {
        int index = nodeIndex(nodeId);
        return index < 0 ? Optional.empty() : Optional.of(nodes.get(index));
    }

    public Optional<OrgView> org(String orgId) {
        return Optional.ofNullable(orgs.get(orgId));
    }

    public Optional<VolumeView> volume(String volumeId) {
        return Optional.ofNullable(volumes.get(volumeId));
    }

    public boolean massSuspicion() {
        return massSuspicion;
    }
}
