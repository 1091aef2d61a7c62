package dev.vt.scheduler;

import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.NodeView;

/**
 * An instance that is wanted so far, as its group's pass judges it.
 *
 * @param ready counts as ready
 * @param evicted matches, but its node is draining
 */
record Member(InstanceView instance, boolean matching, boolean ready, boolean evicted) {

    String id() {
        return instance.id();
    }

    /** Whether its node should rather lose work (the third key of the surplus order, scheduler.md §4). */
    boolean onTroubledNode(Pass pass) {
        return pass.node(instance).map(Member::troubled).orElse(true);
    }

    private static boolean troubled(NodeView node) {
        return node.state() != NodeState.ACTIVE || node.health() != NodeHealth.ONLINE;
    }
}
