package dev.vt.agent.instance;

import dev.vt.agent.disk.ScratchDisks;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.network.TapNetwork;
import dev.vt.agent.secret.SecretVersions;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmState;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.NoGuestEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops every VM of a node whose agent does not run, all at once, and marks their instances to be booted again by the next agent:
 * for taking a machine down. Only ever called explicitly (RT2).
 */
public final class VmShutdown {
    private static final Logger log = LoggerFactory.getLogger(VmShutdown.class);
    private static final Duration HELLO = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private VmShutdown() {}

    /** @param secrets the tmpfs with secrets files; they are gone afterwards */
    public static void stopAll(VmDriver driver, Path objectFiles, Path scratchDir, Path secrets, NodeIdentity identity)
            throws InterruptedException {
        List<Thread> stops = new ArrayList<>();
        for (VmState vm : driver.adopt()) {
            stops.add(Thread.ofVirtual().name("stop/" + vm.id()).start(() -> stop(driver, vm)));
        }
        for (Thread stop : stops) {
            stop.join();
        }
        InstanceStore store = new InstanceStore(objectFiles);
        for (InstanceRecord record : store.load().records()) {
            if (record.phase().hasVm() && !record.phase().isEnding()) {
                store.save(record.withPhase(Phase.ALLOCATED));
            }
        }
        TapNetwork network = new TapNetwork(identity.nodeId(), () -> false);
        network.retainOnly(Set.of());
        network.releaseHost(identity.overlayIpv6());
        new ScratchDisks(scratchDir).retainOnly(Set.of());
        SecretVersions.forget(secrets);
    }

    private static void stop(VmDriver driver, VmState vm) {
        try {
            if (vm.phase() == VmState.Phase.RUNNING) {
                askToStop(driver, vm);
            }
        } catch (ChannelException | IOException e) {
            log.warn("vm did not take a stop, killing it vm={}", vm.id(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            driver.destroy(vm.id());
            log.info("vm stopped vm={}", vm.id());
        }
    }

    private static void askToStop(VmDriver driver, VmState vm) throws IOException, InterruptedException {
        try (GuestChannel channel = GuestChannel.open(
                driver.control(vm.id()),
                vm.id(),
                vm.bootId(),
                Long.MAX_VALUE,
                HELLO,
                new NoGuestEvents("servers_unreachable"))) {
            channel.stop(GRACE);
            driver.awaitExit(vm.id(), GRACE.plusSeconds(2));
        }
    }
}
