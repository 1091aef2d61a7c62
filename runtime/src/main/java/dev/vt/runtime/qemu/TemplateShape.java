package dev.vt.runtime.qemu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import dev.vt.runtime.KernelBundle;
import dev.vt.runtime.VmSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What two machines must have in common for one to go on where the other was saved (runtime.md §15): QEMU refuses, or worse does not
 * refuse, a stream of another machine.
 *
 * @param bundleHash of {@code bundle.json}, which holds the hashes of kernel and init
 * @param disks read-only or not, and their serials; what is behind them is another thing each time
 * @param nics how many
 * @param tscKhz what the guest's kernel was told of its clock
 */
record TemplateShape(
        String qemuVersion,
        Accelerator accelerator,
        String bundleHash,
        int vcpus,
        long memoryBytes,
        List<VmSpec.Disk> disks,
        int nics,
        OptionalLong tscKhz) {
    /** Raised when the driver's command line changes the machine. */
    private static final int LAYOUT = 1;

    private static final Path NOTHING = Path.of("/dev/null");

    TemplateShape {
        disks = disks.stream()
                .map(disk -> new VmSpec.Disk(NOTHING, disk.readOnly(), disk.serial()))
                .toList();
    }

    static TemplateShape of(
            VmSpec spec, KernelBundle bundle, String qemuVersion, Accelerator accelerator, OptionalLong tscKhz) {
        return new TemplateShape(
                qemuVersion,
                accelerator,
                bundle.hash(),
                spec.vcpus(),
                spec.memoryBytes(),
                spec.disks(),
                spec.nics().size(),
                tscKhz);
    }

    /** The same for equal shapes, and for no others. */
    String id() {
        ObjectNode json = Json.object();
        json.put("layout", LAYOUT)
                .put("qemu", qemuVersion)
                .put("accelerator", accelerator.option())
                .put("cpu", accelerator.cpu())
                .put("bundle", bundleHash)
                .put("vcpus", vcpus)
                .put("memory_bytes", memoryBytes)
                .put("nics", nics)
                .put("tsc_khz", tscKhz.orElse(0));
        disks.forEach(disk -> json.withArray("disks")
                .addObject()
                .put("read_only", disk.readOnly())
                .put("serial", disk.serial()));
        return Digests.sha256Hex(Json.bytes(json)).substring(0, 16);
    }
}
