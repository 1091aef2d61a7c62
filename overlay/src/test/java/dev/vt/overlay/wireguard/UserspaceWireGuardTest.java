package dev.vt.overlay.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Json;
import dev.vt.runtime.host.NetworkNamespace;
import dev.vt.runtime.host.ProcessIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** O5, O6: {@code wireguard-go}. */
class UserspaceWireGuardTest extends WireGuardContract {
    @Override
    WireGuard device(NetworkNamespace namespace, String device, Path dir) {
        return new UserspaceWireGuard(namespace, device, dir);
    }

    @Test
    void aKilledProcessIsBackWithinTwoSeconds() throws Exception {
        WireGuard device = device(NetworkNamespace.OWN, "vtotestk", runDir);
        try {
            device.ensure(1420);
            ProcessIdentity before = identity();

            before.kill();
            Instant killed = Instant.now();
            awaitEnd(before);
            assertThat(device.ensure(1420)).isTrue();

            assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(2));
            assertThat(identity()).isNotEqualTo(before);
            assertThat(device.state().peers()).isEmpty();
        } finally {
            device.remove();
        }
        assertThat(Files.exists(runDir.resolve("vtotestk.json"))).isFalse();
    }

    private static void awaitEnd(ProcessIdentity process) throws Exception {
        var handle = ProcessHandle.of(process.pid());
        if (handle.isPresent()) {
            handle.get().onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(process.isAlive()).isFalse();
    }

    private ProcessIdentity identity() throws Exception {
        return Json.read(Files.readAllBytes(runDir.resolve("vtotestk.json")), ProcessIdentity.class);
    }
}
