package dev.vt.agent.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.NodePlan;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanDocumentTest {
    private final ObjectNode plan = (ObjectNode)
            Json.toTree(Workloads.plan(7, Workloads.of("inst_1").tcpHealth(80).running(1)));

    @Test
    void readsWhatServersWrite() {
        NodePlan read = PlanDocument.parse(Json.bytes(plan)).plan();
        assertThat(Json.toTree(read)).isEqualTo(plan);
    }

    /** RT7. */
    @Test
    void ignoresFieldsOfANewerServer() {
        plan.put("later", 1);
        workload().put("later", true);
        ((ObjectNode) workload().path("network")).put("later", "x");
        PlanDocument read = PlanDocument.parse(Json.bytes(plan));
        assertThat(read.invalid()).isEmpty();
        assertThat(read.plan().instances()).hasSize(1);
    }

    /** RT7: each required field of a workload, one at a time. */
    @Test
    void anAssignmentThatLacksARequiredFieldFailsAlone() {
        List<String> optional = List.of("deploy_id", "health", "secrets", "boot", "manifest_hash", "group_spec_hash");
        List<String> names = new ArrayList<>();
        workload().fieldNames().forEachRemaining(names::add);
        names.removeAll(optional);
        for (String name : names) {
            ObjectNode broken = plan.deepCopy();
            ((ObjectNode) broken.path("instances").get(0).path("workload")).remove(name);
            PlanDocument read = PlanDocument.parse(Json.bytes(broken));
            assertThat(read.plan().instances()).as(name).isEmpty();
            assertThat(read.invalid()).as(name).containsExactly(new PlanDocument.Invalid("inst_1", 1));
        }
    }

    @Test
    void whatIsNoPlanIsRefusedWhole() {
        for (String field :
                List.of("spec_version", "cluster_id", "node_id", "plan_id", "cursor_event_id", "instances")) {
            ObjectNode broken = plan.deepCopy();
            broken.remove(field);
            assertThatThrownBy(() -> PlanDocument.parse(Json.bytes(broken)))
                    .as(field)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private ObjectNode workload() {
        return (ObjectNode) plan.path("instances").get(0).path("workload");
    }
}
