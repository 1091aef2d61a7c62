package dev.vt.runtime.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import dev.vt.runtime.DriverFacts;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmDriverException.Kind;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.NoGuestEvents;
import dev.vt.runtime.host.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which accelerator runs a real guest: the bundle must say HELLO in time (RT13). A {@code /dev/kvm} that opens, or a
 * kernel that prints, proves nothing. The result is kept for this host boot, QEMU and bundle, so that a restarted agent does
 * not wait for it. Callers wait for one measurement; any thread may ask.
 */
final class QemuSelfTest {
    /** Beyond guest memory, measured with TCG at about 100 MiB; also scheduler.md §2's default for this driver. */
    static final long OVERHEAD_BYTES = 128L << 20;

    static final String ID_PREFIX = "selftest-";

    private static final Logger log = LoggerFactory.getLogger(QemuSelfTest.class);
    private static final long PROBE_MEMORY = 128L << 20;

    private final QemuConfig config;
    private final QemuDriver driver;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Result result;

    QemuSelfTest(QemuConfig config, QemuDriver driver) {
        this.config = config;
        this.driver = driver;
    }

    /**
     * What the measurement gave.
     *
     * @param accelerator absent if none works
     * @param kvmReason why not KVM; empty if it is KVM
     * @param unusableReason why nothing works; empty if something does
     */
    record Result(String version, Optional<Accelerator> accelerator, String kvmReason, String unusableReason) {}

    /** @throws VmDriverException permanent, {@code device}, if no accelerator works */
    Accelerator accelerator() {
        Result measured = result();
        return measured.accelerator()
                .orElseThrow(() -> new VmDriverException(Kind.PERMANENT, "device", measured.unusableReason(), null));
    }

    /** Of QEMU. */
    String qemuVersion() {
        return result().version();
    }

    DriverFacts facts() {
        Result measured = result();
        return new DriverFacts(
                "qemu",
                measured.version(),
                "vm",
                measured.accelerator().map(Accelerator::word).orElse("none"),
                measured.kvmReason().isEmpty() ? null : measured.kvmReason(),
                measured.unusableReason().isEmpty() ? null : measured.unusableReason(),
                driver.hasProvenTemplate()
                        ? List.of("pause", "console", "stats", "base_snapshot")
                        : List.of("pause", "console", "stats"),
                QemuCommand.MAX_DISKS,
                OVERHEAD_BYTES);
    }

    private Result result() {
        lock.lock();
        try {
            Result known = result;
            if (known == null) {
                known = load().orElseGet(this::measureAndSave);
                result = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private Result measureAndSave() {
        Result measured = measure();
        log.info(
                "self-test done driver=qemu accelerator={} kvm_reason={} unusable_reason={}",
                measured.accelerator().map(Accelerator::word).orElse("none"),
                measured.kvmReason(),
                measured.unusableReason());
        if (measured.accelerator().isPresent()) {
            save(measured);
        }
        return measured;
    }

    private Result measure() {
        String version;
        try {
            version = version();
        } catch (IOException e) {
            return new Result("", Optional.empty(), "", "QEMU is not installed: " + config.binary());
        }
        String kvmReason;
        if (!Files.isReadable(Path.of("/dev/kvm"))) {
            kvmReason = "/dev/kvm is not there or not readable";
        } else {
            Optional<String> failure = boot(Accelerator.KVM);
            if (failure.isEmpty()) {
                return new Result(version, Optional.of(Accelerator.KVM), "", "");
            }
            kvmReason = failure.get();
        }
        if (!config.allowEmulation()) {
            return new Result(
                    version,
                    Optional.empty(),
                    kvmReason,
                    "KVM does not work and emulation is not allowed: " + kvmReason);
        }
        return boot(Accelerator.TCG)
                .map(failure ->
                        new Result(version, Optional.<Accelerator>empty(), kvmReason, "no guest boots: " + failure))
                .orElseGet(() -> new Result(version, Optional.of(Accelerator.TCG), kvmReason, ""));
    }

    /** @return why not; empty if the guest said HELLO */
    private Optional<String> boot(Accelerator accelerator) {
        String id = ID_PREFIX + accelerator.word();
        String bootId = "boot-" + id;
        VmSpec spec = new VmSpec(id, bootId, config.bundle(), 1, PROBE_MEMORY, 100, List.of(), List.of(), Map.of());
        long begin = System.nanoTime();
        try {
            driver.create(spec, accelerator);
            driver.start(id);
            GuestChannel.open(
                            driver.control(id),
                            id,
                            bootId,
                            1,
                            accelerator.helloDeadline(),
                            new NoGuestEvents("no_workload"))
                    .close();
            log.info(
                    "self-test guest said hello accelerator={} ms={}",
                    accelerator.word(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            return Optional.empty();
        } catch (VmDriverException | ChannelException | IOException e) {
            // Expected where KVM opens but runs nothing: the reason is published, the stack is for those who ask.
            log.info("self-test guest failed accelerator={} reason={}", accelerator.word(), e.getMessage());
            log.debug("self-test failure accelerator={}", accelerator.word(), e);
            return Optional.of("no guest ran on " + accelerator.word() + " within "
                    + accelerator.helloDeadline().toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } finally {
            driver.destroy(id);
        }
    }

    private String version() throws IOException {
        Process process = new ProcessBuilder(config.binary(), "--version")
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String first = text.lines().findFirst().orElse("");
        return first.replaceAll("^QEMU emulator version (\\S+).*$", "$1");
    }

    private Optional<Result> load() {
        try {
            JsonNode saved = Json.parse(Files.readAllBytes(file()));
            if (!saved.path("key").asText().equals(key(saved.path("version").asText()))) {
                return Optional.empty();
            }
            return Optional.of(new Result(
                    saved.path("version").asText(),
                    Optional.of(Accelerator.valueOf(saved.path("accelerator").asText())),
                    saved.path("kvm_reason").asText(),
                    ""));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void save(Result measured) {
        try {
            ObjectNode json = Json.object();
            json.put("key", key(measured.version()));
            json.put("version", measured.version());
            json.put("accelerator", measured.accelerator().orElseThrow().name());
            json.put("kvm_reason", measured.kvmReason());
            Files.write(file(), Json.bytes(json));
        } catch (IOException e) {
            log.warn("self-test result not saved", e);
        }
    }

    /** Changes with the host's boot, QEMU and the bundle's content. */
    private String key(String version) throws IOException {
        String bundle = Digests.sha256Hex(Files.readAllBytes(config.bundle().resolve("bundle.json")));
        return ProcessIdentity.currentHostBoot() + "/" + version + "/" + config.allowEmulation() + "/" + bundle;
    }

    private Path file() {
        return config.stateDir().resolve("self-test.json");
    }
}
