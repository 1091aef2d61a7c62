package dev.vt.runtime.sim;

import dev.vt.runtime.BaseSnapshot;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A machine that exists in memory; its VMs outlive the drivers that made them. Safe for any thread. */
public final class SimHost {
    private final SimScript script;
    private final SimTime time;
    private final Map<String, SimVm> vms = new ConcurrentHashMap<>();
    private final Map<String, BaseSnapshot> snapshots = new ConcurrentHashMap<>();

    public SimHost(SimScript script, SimTime time) {
        this.script = script;
        this.time = time;
    }

    public SimScript script() {
        return script;
    }

    SimTime time() {
        return time;
    }

    Map<String, SimVm> vms() {
        return vms;
    }

    /** By shape; they outlive the drivers too. */
    Map<String, BaseSnapshot> snapshots() {
        return snapshots;
    }

    /** The machine loses power: every VM is gone, without a trace. */
    public void reboot() {
        vms.values().forEach(SimVm::stop);
        vms.clear();
    }

    /** A VM's process dies. */
    public void crash(String vmId) {
        Optional.ofNullable(vms.get(vmId)).ifPresent(SimVm::stop);
    }

    /** The workload of a VM ends with this code. */
    public void exitWorkload(String vmId, int code) {
        Optional.ofNullable(vms.get(vmId)).ifPresent(vm -> vm.guest().exit(code));
    }

    /** The workload of a VM writes a line. */
    public void print(String vmId, String line) {
        Optional.ofNullable(vms.get(vmId)).ifPresent(vm -> vm.guest().print(line));
    }

    /** The secrets file a VM was given; empty if it has none, or there is no such VM. */
    public byte[] secretsFile(String vmId) {
        return Optional.ofNullable(vms.get(vmId))
                .map(vm -> vm.guest().secretsFile())
                .orElse(new byte[0]);
    }

    public int snapshotCount() {
        return snapshots.size();
    }

    public int vmCount() {
        return vms.size();
    }
}
