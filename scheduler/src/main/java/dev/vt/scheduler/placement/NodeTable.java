package dev.vt.scheduler.placement;

import dev.vt.scheduler.view.FreeAddresses;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.SchedulerConfig;
import dev.vt.scheduler.view.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of a pass as columns, so that scoring ten thousand of them stays in cache. Usage rises as instances are placed.
 * Used by the planning thread only.
 */
final class NodeTable {
    final List<NodeView> nodes;
    final long[] memoryAllocatable;
    final long[] memoryUsed;
    final long[] cpuAllocatable;
    final long[] cpuUsed;
    final long[] diskAllocatable;
    final long[] diskUsed;
    final int[] instances;
    final int[] healthPart;
    private final int[] addressRange;
    private final long[] addressNext;
    private final Map<String, Domains> domains = new HashMap<>();

    NodeTable(Snapshot snapshot, SchedulerConfig config) {
        nodes = snapshot.nodes();
        int count = nodes.size();
        memoryAllocatable = new long[count];
        memoryUsed = new long[count];
        cpuAllocatable = new long[count];
        cpuUsed = new long[count];
        diskAllocatable = new long[count];
        diskUsed = new long[count];
        instances = new int[count];
        healthPart = new int[count];
        addressRange = new int[count];
        addressNext = new long[count];
        for (int i = 0; i < count; i++) {
            NodeView node = nodes.get(i);
            Resources allocatable = config.allocatable(node.physical());
            memoryAllocatable[i] = allocatable.memoryBytes();
            memoryUsed[i] = node.used().memoryBytes();
            cpuAllocatable[i] = allocatable.cpuMillis();
            cpuUsed[i] = node.used().cpuMillis();
            diskAllocatable[i] = allocatable.diskBytes();
            diskUsed[i] = node.used().diskBytes();
            instances[i] = node.instances();
            healthPart[i] = Math.max(0, 1000 - 250 * node.bootFailures());
            if (!node.addresses().ranges().isEmpty()) {
                addressNext[i] = node.addresses().ranges().getFirst().first();
            }
        }
    }

    boolean hasAddress(int node) {
        return addressRange[node] < nodes.get(node).addresses().ranges().size();
    }

    String takeAddress(int node) {
        FreeAddresses free = nodes.get(node).addresses();
        long number = addressNext[node];
        FreeAddresses.Range range = free.ranges().get(addressRange[node]);
        if (number < range.last()) {
            addressNext[node] = number + 1;
        } else {
            int next = ++addressRange[node];
            if (next < free.ranges().size()) {
                addressNext[node] = free.ranges().get(next).first();
            }
        }
        return free.address(number);
    }

    void take(int node, Resources reserved) {
        memoryUsed[node] += reserved.memoryBytes();
        cpuUsed[node] += reserved.cpuMillis();
        diskUsed[node] += reserved.diskBytes();
        instances[node]++;
    }

    /** Nodes by the value of a label; a node without the label shares the domain of the empty value. */
    Domains domains(String labelKey) {
        return domains.computeIfAbsent(labelKey, key -> {
            Map<String, Integer> numbers = new HashMap<>();
            int[] ofNode = new int[nodes.size()];
            for (int i = 0; i < ofNode.length; i++) {
                String value = nodes.get(i).labels().getOrDefault(key, "");
                Integer number = numbers.get(value);
                if (number == null) {
                    number = numbers.size();
                    numbers.put(value, number);
                }
                ofNode[i] = number;
            }
            return new Domains(ofNode, new int[numbers.size()]);
        });
    }

    /**
     * @param ofNode domain number per node
     * @param scratch per domain; whoever fills it clears it again
     */
    record Domains(int[] ofNode, int[] scratch) {}
}
