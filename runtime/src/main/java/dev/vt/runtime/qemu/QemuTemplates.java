package dev.vt.runtime.qemu;

import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmDriverException.Kind;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.NoGuestEvents;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes templates and finds them (runtime.md §15). Any thread may call; one template is made at a time, by whoever asks.
 *
 * <p>QEMU sends its state to a socket that this process reads, so no file is ever QEMU's to write, and its sandbox stays shut.
 */
final class QemuTemplates {
    static final String ID_PREFIX = "template-";
    static final String SAVE_SOCKET = "save";

    private static final Logger log = LoggerFactory.getLogger(QemuTemplates.class);
    private static final String TRIAL_PREFIX = ID_PREFIX + "trial-";
    private static final TemplateStore.Limits LIMITS = new TemplateStore.Limits(4, 1L << 30);
    /** QEMU reads every page of the guest back, empty ones too: a large guest boots as fast as it is restored. */
    private static final long MOST_MEMORY = 1L << 30;

    private static final int LOW_CPU_WEIGHT = 10;
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final Duration SAVE = Duration.ofSeconds(60);
    private static final Duration LAST_BYTES = Duration.ofSeconds(10);

    private final QemuDriver driver;
    private final TemplateStore store;
    private final ReentrantLock making = new ReentrantLock();

    QemuTemplates(Path directory, QemuDriver driver) throws IOException {
        this.driver = driver;
        this.store = new TemplateStore(directory, LIMITS);
    }

    boolean hasProven() {
        return !store.isEmpty();
    }

    Optional<BaseSnapshot> find(VmSpec spec) {
        if (spec.memoryBytes() > MOST_MEMORY) {
            return Optional.empty();
        }
        return store.find(driver.shape(spec).id()).map(QemuTemplates::snapshot);
    }

    /** The stream to start this VM from; empty if the snapshot is gone or of another shape. */
    Optional<Path> state(BaseSnapshot snapshot, VmSpec spec) {
        return snapshot.id().equals(driver.shape(spec).id())
                ? store.find(snapshot.id()).map(TemplateStore.Template::state)
                : Optional.empty();
    }

    void discard(String id) {
        store.drop(id);
    }

    void take(VmSpec like) throws InterruptedException {
        if (like.memoryBytes() > MOST_MEMORY) {
            throw new VmDriverException(Kind.UNSUPPORTED, "snapshot", "too much memory for a template", null);
        }
        making.lockInterruptibly();
        try {
            TemplateShape shape = driver.shape(like);
            if (store.find(shape.id()).isPresent()) {
                return;
            }
            long begin = System.nanoTime();
            String guestBootId = "boot-" + shape.id();
            String sha256 = save(shape, machine(ID_PREFIX + shape.id(), guestBootId, like));
            prove(snapshot(new TemplateStore.Template(shape.id(), guestBootId, store.unproven(shape.id()))), like);
            store.publish(shape.id(), guestBootId, sha256);
            log.info(
                    "template made template={} vcpus={} memory_bytes={} ms={}",
                    shape.id(),
                    shape.vcpus(),
                    shape.memoryBytes(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        } catch (IOException | ChannelException e) {
            throw new VmDriverException(Kind.TRANSIENT, "snapshot", "the template could not be made", e);
        } finally {
            making.unlock();
        }
    }

    private static BaseSnapshot snapshot(TemplateStore.Template template) {
        return new BaseSnapshot(template.id(), ID_PREFIX + template.id(), template.guestBootId());
    }

    private static VmSpec machine(String id, String bootId, VmSpec like) {
        return new VmSpec(
                id,
                bootId,
                like.kernel(),
                like.vcpus(),
                like.memoryBytes(),
                LOW_CPU_WEIGHT,
                List.of(),
                List.of(),
                Map.of());
    }

    /** Boots a template and saves it once its init has nothing left to do but wait. */
    private String save(TemplateShape shape, VmSpec machine) throws IOException, InterruptedException {
        String id = machine.id();
        try {
            driver.createTemplate(machine, shape);
            driver.start(id);
            try (GuestChannel channel = GuestChannel.open(
                    driver.control(id),
                    id,
                    machine.bootId(),
                    0,
                    shape.accelerator().helloDeadline(),
                    new NoGuestEvents("no_workload"))) {
                if (!channel.hello().template()) {
                    throw new VmDriverException(Kind.UNSUPPORTED, "snapshot", "the bundle's init is none", null);
                }
                // The answer comes after init has dealt with WELCOME.
                channel.initLog(SETTLE);
            }
            driver.pause(id);
            return driver.receiveSaved(id, SAVE_SOCKET, socket -> receive(shape.id(), id, socket));
        } finally {
            driver.destroy(id);
        }
    }

    private String receive(String templateId, String vmId, ServerSocketChannel socket)
            throws IOException, InterruptedException {
        FutureTask<String> received = new FutureTask<>(() -> {
            try (SocketChannel stream = socket.accept()) {
                return store.receive(templateId, stream);
            }
        });
        Thread.ofVirtual().name("template " + templateId).start(received);
        driver.save(vmId, SAVE_SOCKET, SAVE);
        try {
            return received.get(LAST_BYTES.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the template was not stored", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("the template's stream does not end", e);
        }
    }

    static ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            return socket.bind(UnixDomainSocketAddress.of(path), 1);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** What never said HELLO after a restore is no template. */
    private void prove(BaseSnapshot snapshot, VmSpec like) throws IOException, InterruptedException {
        String id = TRIAL_PREFIX + snapshot.id();
        TemplateShape shape = driver.shape(like);
        try {
            driver.restoreTrial(machine(id, snapshot.guestBootId(), like), shape, store.unproven(snapshot.id()));
            driver.resume(id);
            GuestChannel.open(
                            driver.control(id),
                            snapshot.guestId(),
                            snapshot.guestBootId(),
                            0,
                            shape.accelerator().helloDeadline(),
                            new NoGuestEvents("no_workload"))
                    .close();
        } finally {
            driver.destroy(id);
        }
    }
}
