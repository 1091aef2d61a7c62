package dev.vt.overlay.wireguard;

import dev.vt.runtime.host.HostCommand.CommandException;
import dev.vt.runtime.host.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A device of the kernel's {@code wireguard} type, by {@code ip(8)} and {@code wg(8)}. */
public class KernelWireGuard implements WireGuard {
    private static final Logger log = LoggerFactory.getLogger(KernelWireGuard.class);

    private final NetworkNamespace namespace;
    private final String device;

    public KernelWireGuard(NetworkNamespace namespace, String device) {
        this.namespace = namespace;
        this.device = device;
    }

    /**
     * Whether this kernel has the type: it is asked to make a device, which is removed again (O5).
     *
     * @param probe name of a device that does not exist
     */
    public static boolean isAvailable(NetworkNamespace namespace, String probe) {
        try {
            namespace.run("ip", "link", "add", "dev", probe, "type", "wireguard");
        } catch (CommandException e) {
            log.debug("no wireguard in this kernel", e);
            return false;
        }
        namespace.removeDevice(probe);
        return true;
    }

    @Override
    public String kind() {
        return "kernel";
    }

    @Override
    public boolean ensure(int mtu) throws InterruptedException {
        try {
            if (namespace.hasDevice(device)) {
                return false;
            }
            create();
            namespace.run("ip", "link", "set", "dev", device, "mtu", Integer.toString(mtu), "up");
            return true;
        } catch (CommandException e) {
            throw new WireGuardException("could not make " + device, e);
        }
    }

    void create() throws InterruptedException {
        namespace.run("ip", "link", "add", "dev", device, "type", "wireguard");
    }

    @Override
    public DeviceState state() {
        try {
            return WgTool.state(namespace.run("wg", "show", device, "dump"));
        } catch (CommandException e) {
            throw new WireGuardException("device " + device + " does not answer", e);
        }
    }

    @Override
    public void apply(DeviceChange change) {
        if (change.isEmpty()) {
            return;
        }
        List<String> argv = new ArrayList<>(List.of("wg", "set", device));
        argv.addAll(WgTool.setArguments(change));
        try {
            namespace.run(argv, change.key().map(KeyPair::privateBase64).orElse(""));
        } catch (CommandException e) {
            throw new WireGuardException("device " + device + " refuses", e);
        }
    }

    @Override
    public void remove() {
        namespace.removeDevice(device);
    }
}
