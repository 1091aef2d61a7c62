package dev.vt.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupSpecHashTest {
    private static ObjectNode process() {
        ObjectNode process = Json.object();
        process.putArray("command").add("./shop").add("serve");
        process.putObject("vars").put("A", "1").put("B", "2");
        process.putObject("resources").put("memory_bytes", 1 << 28).put("cpu_millis", 500);
        return process;
    }

    private static String hash(ObjectNode process) {
        return GroupSpecHash.compute("rel_1", process, List.of(), null, null, null);
    }

    @Test
    void theFormIsFixed() {
        assertThat(hash(process()))
                .isEqualTo("sha256:999f832fd1b4bf1bc683bda5e371a9a361863111d68476a790b50338d9a0e0d6");
    }

    @Test
    void keysThatRestartNothingAreLeftOut() {
        ObjectNode more = process();
        more.putObject("placement").put("spread_by", "rack");
        more.putObject("scaling").put("min", 3);
        more.putObject("deploy").put("max_surge", 2);
        assertThat(hash(more)).isEqualTo(hash(process()));
    }

    @Test
    void everythingElseCounts() {
        ObjectNode vars = process();
        vars.withObject("/vars").put("A", "changed");
        assertThat(hash(vars)).isNotEqualTo(hash(process()));
        String base = hash(process());
        assertThat(GroupSpecHash.compute("rel_2", process(), List.of(), null, null, null))
                .isNotEqualTo(base);
        assertThat(GroupSpecHash.compute("rel_1", process(), List.of(), "sv_1", null, null))
                .isNotEqualTo(base);
        assertThat(GroupSpecHash.compute("rel_1", process(), List.of(), null, "rst_1", null))
                .isNotEqualTo(base);
        assertThat(GroupSpecHash.compute("rel_1", process(), List.of(), null, null, "qemu"))
                .isNotEqualTo(base);
    }

    @Test
    void theOrderOfAttachmentsDoesNotMatter() {
        GroupSpecHash.Attachment first = new GroupSpecHash.Attachment("vol_1", "/a", false);
        GroupSpecHash.Attachment second = new GroupSpecHash.Attachment("vol_2", "/b", true);
        assertThat(GroupSpecHash.compute("rel_1", process(), List.of(second, first), null, null, null))
                .isEqualTo(GroupSpecHash.compute("rel_1", process(), List.of(first, second), null, null, null));
    }
}
