package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.ErrorCode;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every code of the registry is produced by a test, or says here why it is not (api.md §10.2). Read from class files: a code is
 * used if the program names it, and tested if a test names it. That no other code exists is held by {@code testing.Contract},
 * which looks each one up.
 */
class ErrorCodesTest {
    /** Not produced by anything yet: the noun that will does not exist. */
    private static final Map<ErrorCode, String> NOT_YET = reasons(
            "the cluster's prefix is not chosen by hand yet", "prefix_invalid",
            "networks, pools, disks and policies", "in_use network_in_use pool_low_space volume_constraints_invalid",
            "volumes, snapshots and backups of volumes",
                    "volume_replica_limit volume_in_use backup_not_usable snapshot_in_progress",
            "IPv4 add-on", "ipv4_in_use ipv4_pool_exhausted address_live",
            "terminated HTTP routes", "route_kind_conflict",
            "the overlay", "rotation_in_progress",
            "a server that is being seeded", "installing",
            "VMs", "vm_state vm_busy vm_must_stop vm_protected migrate_cpu_mismatch",
            "exec answers before its agent has dialled", "exec_connect_timeout");

    /** Produced, but by what a test of this module does not bring about. */
    private static final Map<ErrorCode, String> NOT_BROUGHT_ABOUT = reasons(
            "the planner's and the enroller's own race, answered by another try", "address_in_use",
            "a key holder that goes away while the server runs; the file is read at the start",
                    "master_key_unavailable",
            "a registry that does not answer; the client's own tests have it", "registry_unavailable");

    private static Map<ErrorCode, String> reasons(String... reasonsAndCodes) {
        Map<ErrorCode, String> out = new HashMap<>();
        for (int i = 0; i < reasonsAndCodes.length; i += 2) {
            for (String code : reasonsAndCodes[i + 1].split(" ")) {
                out.put(ErrorCode.of(code).orElseThrow(), reasonsAndCodes[i]);
            }
        }
        return out;
    }

    @Test
    void everyCodeIsProducedByATestOrSaysWhyNot() throws IOException {
        Set<ErrorCode> used = named(Path.of("target/classes"), false);
        Set<ErrorCode> tested = named(Path.of("target/test-classes"), true);
        for (ErrorCode code : ErrorCode.values()) {
            if (NOT_YET.containsKey(code)) {
                assertThat(used)
                        .as(code.code() + " is produced now: take it off the list")
                        .doesNotContain(code);
            } else {
                assertThat(used).as(code.code() + " is produced by nothing").contains(code);
                if (NOT_BROUGHT_ABOUT.containsKey(code)) {
                    assertThat(tested)
                            .as(code.code() + " is tested now: take it off the list")
                            .doesNotContain(code);
                } else {
                    assertThat(tested)
                            .as(code.code() + " is produced by no test")
                            .contains(code);
                }
            }
        }
    }

    /** @param words also those named by their text, as assertions about answers do */
    private static Set<ErrorCode> named(Path classes, boolean words) throws IOException {
        Set<ErrorCode> out = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".class"))::iterator) {
                if (file.getFileName().toString().startsWith("ErrorCodesTest")) {
                    continue;
                }
                for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
                    if (entry instanceof FieldRefEntry field
                            && field.owner().asInternalName().equals("dev/vt/kernel/ErrorCode")) {
                        out.add(ErrorCode.valueOf(field.name().stringValue()));
                    } else if (words && entry instanceof StringEntry text) {
                        // A table of a parameterised test holds several in one text.
                        for (String word : text.stringValue().split("[^a-z0-9_]+")) {
                            ErrorCode.of(word).ifPresent(out::add);
                        }
                    }
                }
            }
        }
        return out;
    }
}
