package dev.vt.runtime.sim;

import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.ByteChannelPair;
import dev.vt.runtime.DriverFacts;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmDriverException.Kind;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.VmState;
import dev.vt.runtime.VmState.Phase;
import dev.vt.runtime.VmStats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** One agent's view of a {@link SimHost}. Any thread may call, one call per VM at a time. */
public final class SimDriver implements VmDriver {
    private final SimHost host;

    public SimDriver(SimHost host) {
        this.host = host;
    }

    /** A host of its own, on the machine's clock, where nothing goes wrong. */
    public static SimDriver standalone() {
        return new SimDriver(new SimHost(new SimScript(), SimTime.real()));
    }

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public DriverFacts selfTest() {
        return new DriverFacts(
                "sim", "1", "none", "none", null, null, List.of("pause", "console", "stats", "base_snapshot"), 16, 0);
    }

    @Override
    public OptionalInt tapOwner(String vmId) {
        return OptionalInt.empty();
    }

    @Override
    public void create(VmSpec spec) {
        host.script().play("create", spec.id());
        SimVm fresh = new SimVm(spec, host.script().guest(spec.id()), host.time());
        SimVm known = host.vms().putIfAbsent(spec.id(), fresh);
        if (known != null && !known.spec().equals(spec)) {
            throw new VmDriverException(Kind.PERMANENT, "config_invalid", "the VM exists with another spec", null);
        }
    }

    @Override
    public void start(String vmId) {
        host.script().play("start", vmId);
        SimVm vm = require(vmId);
        switch (vm.phase()) {
            case CREATED -> vm.start();
            case RUNNING -> {}
            case ABSENT, PAUSED, STOPPED -> throw wrongPhase(vm);
        }
    }

    @Override
    public Optional<BaseSnapshot> baseSnapshot(VmSpec shape) {
        return Optional.ofNullable(host.snapshots().get(shapeOf(shape)));
    }

    @Override
    public void takeBaseSnapshot(VmSpec shape) {
        String id = shapeOf(shape);
        host.script().play("takeBaseSnapshot", id);
        host.snapshots().put(id, new BaseSnapshot(id, "template", "boot-" + id));
    }

    @Override
    public void discard(BaseSnapshot snapshot) {
        host.snapshots().remove(snapshot.id());
    }

    @Override
    public void restore(BaseSnapshot snapshot, VmSpec spec) {
        try {
            host.script().play("restore", spec.id());
        } catch (VmDriverException e) {
            discard(snapshot);
            throw e;
        }
        if (!snapshot.equals(host.snapshots().get(shapeOf(spec)))) {
            throw new VmDriverException(Kind.TRANSIENT, "snapshot", "there is no such snapshot", null);
        }
        SimVm fresh = SimVm.restored(spec, snapshot, host.script().guest(spec.id()), host.time());
        if (host.vms().putIfAbsent(spec.id(), fresh) != null) {
            throw new VmDriverException(Kind.PERMANENT, "config_invalid", "the VM exists", null);
        }
    }

    /** As with a real machine: what the guest sees of it before it has a config. */
    private static String shapeOf(VmSpec spec) {
        return "%s-%d-%d-%d-%d"
                .formatted(
                        spec.kernel().getFileName(),
                        spec.vcpus(),
                        spec.memoryBytes(),
                        spec.disks().size(),
                        spec.nics().size());
    }

    @Override
    public void kill(String vmId) {
        host.script().play("kill", vmId);
        SimVm vm = host.vms().get(vmId);
        if (vm != null) {
            vm.stop();
        }
    }

    @Override
    public void pause(String vmId) {
        SimVm vm = require(vmId);
        if (vm.phase() != Phase.RUNNING && vm.phase() != Phase.PAUSED) {
            throw wrongPhase(vm);
        }
        vm.pause(true);
    }

    @Override
    public void resume(String vmId) {
        SimVm vm = require(vmId);
        if (vm.phase() != Phase.RUNNING && vm.phase() != Phase.PAUSED) {
            throw wrongPhase(vm);
        }
        vm.pause(false);
    }

    @Override
    public ByteChannelPair control(String vmId) {
        host.script().play("control", vmId);
        return require(vmId).connect();
    }

    @Override
    public byte[] console(String vmId) {
        require(vmId);
        return new byte[0];
    }

    @Override
    public VmStats stats(String vmId) {
        require(vmId);
        return new VmStats(0, 0);
    }

    @Override
    public VmState state(String vmId) {
        SimVm vm = host.vms().get(vmId);
        return vm == null ? new VmState(vmId, Phase.ABSENT, "", Map.of()) : vm.state();
    }

    @Override
    public boolean awaitExit(String vmId, Duration timeout) throws InterruptedException {
        SimVm vm = host.vms().get(vmId);
        return vm == null || vm.awaitExit(timeout);
    }

    @Override
    public boolean outOfMemory(String vmId) {
        return false;
    }

    @Override
    public List<VmState> adopt() {
        return list();
    }

    @Override
    public List<VmState> list() {
        return host.vms().values().stream().map(SimVm::state).toList();
    }

    @Override
    public void destroy(String vmId) {
        host.script().play("destroy", vmId);
        SimVm vm = host.vms().remove(vmId);
        if (vm != null) {
            vm.stop();
        }
    }

    @Override
    public void close() {
        // The host keeps its VMs.
    }

    private SimVm require(String vmId) {
        SimVm vm = host.vms().get(vmId);
        if (vm == null) {
            throw new VmDriverException(Kind.PERMANENT, "api", "there is no VM " + vmId, null);
        }
        return vm;
    }

    private static VmDriverException wrongPhase(SimVm vm) {
        return new VmDriverException(Kind.PERMANENT, "api", "not possible for a VM that is " + vm.phase(), null);
    }
}
