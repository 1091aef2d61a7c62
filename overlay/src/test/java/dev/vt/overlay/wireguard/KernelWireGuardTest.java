package dev.vt.overlay.wireguard;

import dev.vt.runtime.host.NetworkNamespace;
import java.nio.file.Path;

/**
 * O5: {@code ip} and {@code wg}. Where the kernel has no {@code wireguard} type, {@code wireguard-go} makes the device and the
 * rest is the same: {@code wg} speaks to both.
 */
class KernelWireGuardTest extends WireGuardContract {
    @Override
    WireGuard device(NetworkNamespace namespace, String device, Path dir) {
        if (KernelWireGuard.isAvailable(namespace, "vtotestp")) {
            return new KernelWireGuard(namespace, device);
        }
        return new MadeByWireguardGo(namespace, device, dir);
    }

    private static final class MadeByWireguardGo extends KernelWireGuard {
        private final UserspaceWireGuard maker;

        MadeByWireguardGo(NetworkNamespace namespace, String device, Path dir) {
            super(namespace, device);
            this.maker = new UserspaceWireGuard(namespace, device, dir);
        }

        @Override
        void create() throws InterruptedException {
            maker.ensure(1420);
        }

        @Override
        public void remove() {
            maker.remove();
        }
    }
}
