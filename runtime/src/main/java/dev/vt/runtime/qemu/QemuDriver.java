package dev.vt.runtime.qemu;

import dev.vt.kernel.Json;
import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.ByteChannelPair;
import dev.vt.runtime.DriverFacts;
import dev.vt.runtime.KernelBundle;
import dev.vt.runtime.UnixChannel;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmDriverException.Kind;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.VmState;
import dev.vt.runtime.VmState.Phase;
import dev.vt.runtime.VmStats;
import dev.vt.runtime.host.Cgroups;
import dev.vt.runtime.host.HostException;
import dev.vt.runtime.host.ProcessIdentity;
import dev.vt.runtime.host.TscFrequency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Virtual machines as QEMU processes that outlive this one. Any thread may call, one call per VM at a time. See the package
 * description for the life of a VM.
 */
public final class QemuDriver implements VmDriver {
    private static final Logger log = LoggerFactory.getLogger(QemuDriver.class);
    private static final Duration MONITOR_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RESTORE_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_PIDS = 512;

    private final QemuConfig config;
    private final Cgroups cgroups;
    private final OptionalLong tscKhz;
    private final boolean root;
    private final Path launcher;
    private final QemuSelfTest selfTest;
    private final QemuTemplates templates;
    private final Map<String, QemuVm> vms = new ConcurrentHashMap<>();
    private final Map<Path, KernelBundle> bundles = new ConcurrentHashMap<>();
    private final AtomicBoolean warming = new AtomicBoolean();
    private final Object uidLock = new Object();
    private final Map<String, Integer> uids = new HashMap<>();

    public QemuDriver(QemuConfig config) {
        this.config = config;
        this.cgroups = Cgroups.detect(config.cgroupParent());
        this.tscKhz = TscFrequency.detectKhz();
        this.root = isRoot();
        this.launcher = config.runDir().resolve("launch.sh");
        this.selfTest = new QemuSelfTest(config, this);
        try {
            makeDirectory(config.stateDir(), "rwx------");
            makeDirectory(config.runDir(), "rwx--x--x");
            installLauncher();
            this.templates = new QemuTemplates(config.templateDir(), this);
        } catch (IOException e) {
            throw new VmDriverException(Kind.PERMANENT, "api", "the driver's directories could not be made", e);
        }
    }

    @Override
    public String name() {
        return "qemu";
    }

    @Override
    public DriverFacts selfTest() {
        if (bundles.isEmpty() && warming.compareAndSet(false, true)) {
            // The first boot after an agent start would otherwise wait for 50 MB to be hashed (RT15).
            Thread.ofVirtual().name("bundle-check").start(this::checkBundle);
        }
        return selfTest.facts();
    }

    private void checkBundle() {
        try {
            bundle(config.bundle());
        } catch (VmDriverException e) {
            log.error("kernel bundle is not usable", e);
        }
    }

    private KernelBundle bundle(Path directory) {
        return bundles.computeIfAbsent(directory, KernelBundle::open);
    }

    @Override
    public OptionalInt tapOwner(String vmId) {
        return OptionalInt.of(root ? takeUid(vmId) : 0);
    }

    @Override
    public void create(VmSpec spec) {
        create(spec, selfTest.accelerator());
    }

    void create(VmSpec spec, Accelerator accelerator) {
        if (exists(spec)) {
            return;
        }
        KernelBundle bundle = bundle(spec.kernel());
        List<String> argv = QemuCommand.boot(config.binary(), spec, bundle, accelerator, tscKhz);
        bootOrRemove(spec, accelerator, new Machine(argv, bundle.kernel(), bundle.initramfs()));
    }

    /** A machine whose guest is to be saved. */
    void createTemplate(VmSpec spec, TemplateShape shape) {
        KernelBundle bundle = bundle(spec.kernel());
        List<String> argv = QemuCommand.template(config.binary(), spec, shape, bundle, shape.accelerator(), tscKhz);
        bootOrRemove(spec, shape.accelerator(), new Machine(argv, bundle.kernel(), bundle.initramfs()));
    }

    /** What QEMU is started with: its arguments, and what {@code launch.sh} opens as descriptors 3 and 4. */
    private record Machine(List<String> argv, Path third, Path fourth) {}

    private boolean exists(VmSpec spec) {
        QemuVm known = vms.get(spec.id());
        if (known != null) {
            if (known.spec().equals(spec)) {
                return true;
            }
            throw new VmDriverException(Kind.PERMANENT, "config_invalid", "the VM exists with another spec", null);
        }
        if (spec.disks().size() > QemuCommand.MAX_DISKS || spec.nics().size() > 1) {
            throw new VmDriverException(Kind.UNSUPPORTED, "device", "too many disks or network devices", null);
        }
        return false;
    }

    private void bootOrRemove(VmSpec spec, Accelerator accelerator, Machine machine) {
        try {
            launch(spec, accelerator, machine);
        } catch (IOException | HostException e) {
            String output = launcherOutput(spec.id());
            log.warn("vmm did not start vm={} output={}", spec.id(), output, e);
            remove(spec.id());
            throw new VmDriverException(Kind.TRANSIENT, "api", "QEMU did not start: " + output, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            remove(spec.id());
            throw new VmDriverException(Kind.TRANSIENT, "api", "interrupted while starting QEMU", e);
        }
    }

    @Override
    public Optional<BaseSnapshot> baseSnapshot(VmSpec shape) {
        return templates.find(shape);
    }

    @Override
    public void takeBaseSnapshot(VmSpec shape) throws InterruptedException {
        templates.take(shape);
    }

    @Override
    public void discard(BaseSnapshot snapshot) {
        templates.discard(snapshot.id());
    }

    boolean hasProvenTemplate() {
        return templates.hasProven();
    }

    TemplateShape shape(VmSpec spec) {
        return TemplateShape.of(spec, bundle(spec.kernel()), selfTest.qemuVersion(), selfTest.accelerator(), tscKhz);
    }

    @Override
    public void restore(BaseSnapshot snapshot, VmSpec spec) {
        if (exists(spec)) {
            throw new VmDriverException(Kind.PERMANENT, "config_invalid", "the VM exists", null);
        }
        Path state = templates
                .state(snapshot, spec)
                .orElseThrow(
                        () -> new VmDriverException(Kind.TRANSIENT, "snapshot", "there is no such snapshot", null));
        Accelerator accelerator = selfTest.accelerator();
        try {
            restore(spec, accelerator, QemuCommand.restore(config.binary(), spec, accelerator), state);
        } catch (VmDriverException e) {
            templates.discard(snapshot.id());
            throw e;
        }
    }

    void restoreTrial(VmSpec spec, TemplateShape shape, Path state) {
        Accelerator accelerator = shape.accelerator();
        restore(spec, accelerator, QemuCommand.restoreTrial(config.binary(), spec, shape, accelerator), state);
    }

    private void restore(VmSpec spec, Accelerator accelerator, List<String> argv, Path state) {
        try {
            launch(spec, accelerator, new Machine(argv, state, Path.of("/dev/null")));
            require(spec.id()).awaitRestored(RESTORE_TIMEOUT);
        } catch (IOException | HostException e) {
            String output = launcherOutput(spec.id());
            log.warn("machine was not restored vm={} output={}", spec.id(), output, e);
            removeMachine(spec.id());
            throw new VmDriverException(Kind.TRANSIENT, "snapshot", "QEMU did not restore: " + output, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            removeMachine(spec.id());
            throw new VmDriverException(Kind.TRANSIENT, "api", "interrupted while restoring", e);
        }
    }

    /** Reads what a machine sends when it is told to {@link #save} itself. */
    interface Receiver {
        String receive(ServerSocketChannel socket) throws IOException, InterruptedException;
    }

    String receiveSaved(String vmId, String socketName, Receiver receiver) throws IOException, InterruptedException {
        Path path = runDir(vmId).resolve(socketName);
        try (ServerSocketChannel socket = QemuTemplates.listen(path)) {
            if (root) {
                Files.setAttribute(path, "unix:uid", require(vmId).saved().uid());
            }
            return receiver.receive(socket);
        }
    }

    void save(String vmId, String socketName, Duration timeout) throws IOException, InterruptedException {
        require(vmId).save(socketName, timeout);
    }

    @Override
    public void start(String vmId) {
        QemuVm vm = require(vmId);
        switch (vm.phase()) {
            case RUNNING -> {}
            case CREATED -> command(vm, "cont", Phase.RUNNING);
            case PAUSED, STOPPED, ABSENT ->
                throw new VmDriverException(Kind.PERMANENT, "api", "cannot start a VM that is " + vm.phase(), null);
        }
    }

    @Override
    public void kill(String vmId) {
        QemuVm vm = vms.get(vmId);
        if (vm != null) {
            vm.kill(KILL_TIMEOUT);
        }
    }

    @Override
    public void pause(String vmId) {
        QemuVm vm = require(vmId);
        requirePhase(vm, Phase.RUNNING, Phase.PAUSED);
        command(vm, "stop", Phase.PAUSED);
    }

    @Override
    public void resume(String vmId) {
        QemuVm vm = require(vmId);
        requirePhase(vm, Phase.PAUSED, Phase.RUNNING);
        command(vm, "cont", Phase.RUNNING);
    }

    @Override
    public ByteChannelPair control(String vmId) throws IOException {
        return UnixChannel.connect(require(vmId).controlSocket());
    }

    @Override
    public byte[] console(String vmId) {
        return require(vmId).console();
    }

    @Override
    public VmStats stats(String vmId) {
        return require(vmId)
                .process()
                .map(process -> new VmStats(process.cpuMicros(), process.residentBytes()))
                .orElse(new VmStats(0, 0));
    }

    @Override
    public VmState state(String vmId) {
        QemuVm vm = vms.get(vmId);
        return vm == null ? new VmState(vmId, Phase.ABSENT, "", Map.of()) : vm.state();
    }

    @Override
    public boolean awaitExit(String vmId, Duration timeout) throws InterruptedException {
        QemuVm vm = vms.get(vmId);
        return vm == null || vm.awaitExit(timeout);
    }

    @Override
    public boolean outOfMemory(String vmId) {
        return cgroups.outOfMemory(vmId);
    }

    @Override
    public List<VmState> adopt() {
        for (String id : directoryNames(config.stateDir())) {
            if (!vms.containsKey(id)) {
                adopt(id);
            }
        }
        for (String id : directoryNames(config.runDir())) {
            if (!vms.containsKey(id)) {
                adoptOrphan(id);
            }
        }
        for (VmState state : list()) {
            if (state.id().startsWith(QemuSelfTest.ID_PREFIX) || state.id().startsWith(QemuTemplates.ID_PREFIX)) {
                destroy(state.id());
            }
        }
        return list();
    }

    @Override
    public List<VmState> list() {
        return vms.values().stream().map(QemuVm::state).toList();
    }

    @Override
    public void destroy(String vmId) {
        QemuVm vm = vms.get(vmId);
        if (vm != null) {
            vm.kill(KILL_TIMEOUT);
            remove(vmId);
        } else {
            remove(vmId);
        }
    }

    @Override
    public void close() {
        vms.values().forEach(QemuVm::closeMonitor);
        vms.clear();
    }

    /** Starts QEMU and connects to its monitor. */
    private void launch(VmSpec spec, Accelerator accelerator, Machine machine)
            throws IOException, InterruptedException {
        SavedVm saved = new SavedVm(spec, root ? takeUid(spec.id()) : -1);
        ProcessIdentity process = startProcess(saved, accelerator, machine);
        QemuVm vm = new QemuVm(saved, runDir(spec.id()), Optional.of(process));
        vms.put(spec.id(), vm);
        connect(vm);
    }

    private ProcessIdentity startProcess(SavedVm saved, Accelerator accelerator, Machine machine) throws IOException {
        VmSpec spec = saved.spec();
        Path run = runDir(spec.id());
        deleteTree(run);
        makeDirectory(stateDir(spec.id()), "rwx------");
        makeDirectory(run, "rwx------");
        if (root) {
            Files.setAttribute(run, "unix:uid", saved.uid());
            Files.setAttribute(run, "unix:gid", saved.uid());
        }
        writeDurably(stateDir(spec.id()).resolve("vm.json"), Json.bytes(saved.toJson()));
        List<Path> procs = cgroups.create(
                spec.id(),
                new Cgroups.Limits(spec.memoryBytes() + QemuSelfTest.OVERHEAD_BYTES, spec.cpuWeight(), MAX_PIDS));

        List<String> argv = new ArrayList<>(List.of("setsid"));
        if (root) {
            argv.addAll(List.of("unshare", "--mount", "--propagation", "private"));
        }
        argv.addAll(List.of("sh", launcher.toString(), run.toString(), root ? Integer.toString(saved.uid()) : "-"));
        argv.add((accelerator == Accelerator.KVM ? "kvm" : "") + (spec.nics().isEmpty() ? "" : "tun"));
        procs.forEach(file -> argv.add(file.toString()));
        argv.addAll(List.of("--", machine.third().toString(), machine.fourth().toString()));
        for (VmSpec.Disk disk : spec.disks()) {
            argv.add(disk.readOnly() ? "ro" : "rw");
            argv.add(disk.path().toString());
        }
        argv.add("--");
        argv.addAll(machine.argv());
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin");
        builder.redirectErrorStream(true);
        builder.redirectOutput(run.resolve("qemu.log").toFile());
        Process child = builder.start();
        child.getOutputStream().close();
        return ProcessIdentity.of(child.pid()).orElseThrow(() -> new IOException("QEMU ended at once"));
    }

    private void connect(QemuVm vm) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + MONITOR_TIMEOUT.toNanos();
        while (true) {
            try {
                vm.connect(MONITOR_TIMEOUT);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline
                        || !vm.process().map(ProcessIdentity::isAlive).orElse(false)) {
                    throw e;
                }
            }
            Thread.sleep(5);
        }
    }

    private void adopt(String id) {
        Path file = stateDir(id).resolve("vm.json");
        SavedVm saved;
        try {
            saved = SavedVm.fromJson(Json.parse(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            saved = new SavedVm(unknownSpec(id), -1);
        } catch (IOException | IllegalArgumentException e) {
            log.error("saved vm is not readable vm={}", id, e);
            saved = new SavedVm(unknownSpec(id), -1);
        }
        adopt(saved);
    }

    /** A run directory without saved state: its process can be ended, nothing more. */
    private void adoptOrphan(String id) {
        log.warn("vm without saved state vm={}", id);
        adopt(new SavedVm(unknownSpec(id), -1));
    }

    private void adopt(SavedVm saved) {
        String id = saved.spec().id();
        if (saved.uid() >= 0) {
            synchronized (uidLock) {
                uids.put(id, saved.uid());
            }
        }
        Optional<ProcessIdentity> process = savedProcess(id).filter(ProcessIdentity::isAlive);
        QemuVm vm = new QemuVm(saved, runDir(id), process);
        vms.put(id, vm);
        if (process.isEmpty()) {
            log.info("vm is gone vm={} boot={}", id, saved.spec().bootId());
            return;
        }
        try {
            vm.connect(MONITOR_TIMEOUT);
            log.info("vm adopted vm={} boot={} phase={}", id, saved.spec().bootId(), vm.phase());
        } catch (IOException e) {
            log.warn(
                    "vmm does not answer, ending it vm={} boot={}",
                    id,
                    saved.spec().bootId(),
                    e);
            vm.kill(KILL_TIMEOUT);
        }
    }

    private Optional<ProcessIdentity> savedProcess(String id) {
        try {
            List<String> lines = Files.readAllLines(runDir(id).resolve("process"));
            return Optional.of(ProcessIdentity.parse(lines.get(0), lines.get(1).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            log.error("process file is not readable vm={}", id, e);
            return Optional.empty();
        }
    }

    private void remove(String id) {
        removeMachine(id);
        synchronized (uidLock) {
            uids.remove(id);
        }
    }

    /** All but the uid it has: a tap may belong to it. */
    private void removeMachine(String id) {
        QemuVm vm = vms.get(id);
        if (vm != null) {
            vm.kill(KILL_TIMEOUT);
        } else {
            savedProcess(id).ifPresent(ProcessIdentity::kill);
        }
        try {
            cgroups.remove(id);
            deleteTree(runDir(id));
            deleteTree(stateDir(id));
        } catch (IOException | HostException e) {
            throw new VmDriverException(Kind.TRANSIENT, "api", "a VM's leftovers could not be removed", e);
        }
        vms.remove(id);
    }

    private int takeUid(String vmId) {
        synchronized (uidLock) {
            Integer taken = uids.get(vmId);
            if (taken != null) {
                return taken;
            }
            for (int index = 0; ; index++) {
                int uid = config.uid(index)
                        .orElseThrow(() -> new VmDriverException(Kind.TRANSIENT, "api", "no free uid", null));
                if (!uids.containsValue(uid)) {
                    uids.put(vmId, uid);
                    return uid;
                }
            }
        }
    }

    private QemuVm require(String vmId) {
        QemuVm vm = vms.get(vmId);
        if (vm == null) {
            throw new VmDriverException(Kind.PERMANENT, "api", "there is no VM " + vmId, null);
        }
        return vm;
    }

    private static void requirePhase(QemuVm vm, Phase... allowed) {
        if (!List.of(allowed).contains(vm.phase())) {
            throw new VmDriverException(Kind.PERMANENT, "api", "not possible for a VM that is " + vm.phase(), null);
        }
    }

    private static void command(QemuVm vm, String command, Phase after) {
        try {
            vm.run(command, after);
        } catch (IOException e) {
            throw new VmDriverException(Kind.TRANSIENT, "api", "the VMM did not " + command, e);
        }
    }

    private String launcherOutput(String id) {
        try {
            String text = Files.readString(runDir(id).resolve("qemu.log"), StandardCharsets.UTF_8)
                    .strip()
                    .replace('\n', ' ');
            return text.length() > 400 ? text.substring(text.length() - 400) : text;
        } catch (IOException e) {
            return "";
        }
    }

    private void installLauncher() throws IOException {
        try (var script = QemuDriver.class.getResourceAsStream("launch.sh")) {
            if (script == null) {
                throw new IOException("launch.sh is not in the distribution");
            }
            Path fresh = launcher.resolveSibling("launch.sh.new");
            Files.write(fresh, script.readAllBytes());
            Files.move(fresh, launcher, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Path runDir(String id) {
        return config.runDir().resolve(id);
    }

    private Path stateDir(String id) {
        return config.stateDir().resolve(id);
    }

    private VmSpec unknownSpec(String id) {
        return new VmSpec(id, "", config.bundle(), 1, 0, 100, List.of(), List.of(), Map.of());
    }

    private static List<String> directoryNames(Path parent) {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(entry -> Files.isDirectory(entry))
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new VmDriverException(Kind.TRANSIENT, "api", "could not list saved VMs", e);
        }
    }

    private static void makeDirectory(Path directory, String permissions) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }

    private static void writeDurably(Path target, byte[] content) throws IOException {
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        try (var channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(ByteBuffer.wrap(content));
            channel.force(true);
        }
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
