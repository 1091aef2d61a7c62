package dev.vt.runtime.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.VmSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vm.json} holds: enough to find the VM again after the agent died. Written before the process starts.
 *
 * @param uid the VM's own, or −1 if it runs as the agent's user
 */
record SavedVm(VmSpec spec, int uid) {

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("id", spec.id());
        json.put("boot_id", spec.bootId());
        json.put("uid", uid);
        json.put("kernel", spec.kernel().toString());
        json.put("vcpus", spec.vcpus());
        json.put("memory_bytes", spec.memoryBytes());
        json.put("cpu_weight", spec.cpuWeight());
        ArrayNode disks = json.putArray("disks");
        for (VmSpec.Disk disk : spec.disks()) {
            disks.addObject()
                    .put("path", disk.path().toString())
                    .put("read_only", disk.readOnly())
                    .put("serial", disk.serial());
        }
        ArrayNode nics = json.putArray("nics");
        for (VmSpec.Nic nic : spec.nics()) {
            nics.addObject().put("tap", nic.tap()).put("mac", nic.mac()).put("mtu", nic.mtu());
        }
        ObjectNode labels = json.putObject("labels");
        new TreeMap<>(spec.labels()).forEach(labels::put);
        return json;
    }

    /** @throws IllegalArgumentException if a field is missing */
    static SavedVm fromJson(JsonNode json) {
        List<VmSpec.Disk> disks = new ArrayList<>();
        for (JsonNode disk : json.path("disks")) {
            disks.add(new VmSpec.Disk(
                    Path.of(text(disk, "path")), disk.path("read_only").asBoolean(), textOrNull(disk.path("serial"))));
        }
        List<VmSpec.Nic> nics = new ArrayList<>();
        for (JsonNode nic : json.path("nics")) {
            nics.add(new VmSpec.Nic(
                    text(nic, "tap"), text(nic, "mac"), nic.path("mtu").asInt()));
        }
        Map<String, String> labels = new TreeMap<>();
        json.path("labels")
                .properties()
                .forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
        VmSpec spec = new VmSpec(
                text(json, "id"),
                text(json, "boot_id"),
                Path.of(text(json, "kernel")),
                json.path("vcpus").asInt(),
                json.path("memory_bytes").asLong(),
                json.path("cpu_weight").asInt(),
                disks,
                nics,
                labels);
        return new SavedVm(spec, json.path("uid").asInt(-1));
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("vm.json lacks " + field);
        }
        return value.asText();
    }

    private static @Nullable String textOrNull(JsonNode value) {
        return value.isTextual() ? value.asText() : null;
    }
}
