package dev.vt.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.node.NodeState.Admission;
import dev.vt.control.node.NodeState.Health;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeDeciderTest {
    /** What people may do, per state; the rest is refused. */
    private static final Map<Admission, Set<Admission>> ALLOWED = Map.of(
            Admission.ENROLLED, Set.of(Admission.ACTIVE, Admission.DISABLED, Admission.REVOKED),
            Admission.ACTIVE, Set.of(Admission.DRAINING, Admission.DISABLED, Admission.REVOKED),
            Admission.DRAINING, Set.of(Admission.ACTIVE, Admission.DISABLED, Admission.REVOKED),
            Admission.DISABLED, Set.of(Admission.ACTIVE, Admission.REVOKED),
            Admission.REVOKED, Set.of());

    private static NodeState.Member member(Admission admission, Health health) {
        return new NodeState.Member(admission, health, Json.object(), "1", Map.of(), false);
    }

    @Test
    void everyTransitionByPeopleIsAllowedOrRefusedAsTheTableSays() {
        for (Admission from : Admission.values()) {
            for (Admission to : Admission.values()) {
                Decision<NodeEvent> decision =
                        NodeDecider.decide(member(from, Health.ONLINE), new NodeCommand.Admit(to, null, false));
                if (from == to) {
                    assertThat(decision).isEqualTo(Decision.unchanged());
                } else if (ALLOWED.getOrDefault(from, Set.of()).contains(to)) {
                    assertThat(decision).as(from + " to " + to).isInstanceOf(Decision.Accepted.class);
                } else {
                    assertThat(decision).as(from + " to " + to).isInstanceOf(Decision.Refused.class);
                }
            }
        }
    }

    @Test
    void aRevokedNodeIsNotObservedAnyMoreAndDescribesNothing() {
        NodeState revoked = member(Admission.REVOKED, Health.ONLINE);
        assertThat(NodeDecider.decide(revoked, new NodeCommand.Observe(Health.OFFLINE, "silent", Json.object())))
                .isEqualTo(Decision.unchanged());
        assertThat(NodeDecider.decide(revoked, new NodeCommand.Describe(Json.object(), "2")))
                .isEqualTo(Decision.refuse(ErrorCode.FORBIDDEN, "the node is revoked"));
    }

    @Test
    void onlyAnOfflineNodeIsFencedAndHearingItAgainEndsThatH3() {
        assertThat(NodeDecider.decide(member(Admission.ACTIVE, Health.SUSPECT), new NodeCommand.Fence("usr_1")))
                .isInstanceOf(Decision.Refused.class);
        NodeState fenced = NodeDecider.evolve(member(Admission.ACTIVE, Health.OFFLINE), new NodeEvent.Fenced("usr_1"));
        assertThat(((NodeState.Member) fenced).fenced()).isTrue();
        NodeState back = NodeDecider.evolve(
                fenced, new NodeEvent.StateChanged(Admission.ACTIVE, Health.ONLINE, Json.object(), "heartbeat", null));
        assertThat(((NodeState.Member) back).fenced()).isFalse();
    }

    @Test
    void addressesAndBlocksFollowTheOrdinalA2() {
        String address = OverlayAddresses.node("fd12:3456:789a::/48", 258);
        assertThat(address).isEqualTo("fd12:3456:789a::102");
        assertThat(OverlayAddresses.block(address)).isEqualTo("fd12:3456:789a:0:202::/80");
        assertThat(OverlayAddresses.ordinal(address)).isEqualTo(258);
    }
}
