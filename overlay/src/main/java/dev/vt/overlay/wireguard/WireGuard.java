package dev.vt.overlay.wireguard;

/**
 * One WireGuard device of this host. Methods block for milliseconds; one caller at a time.
 *
 * <p>It outlives the process that made it: traffic goes on while an agent is replaced (DECISIONS 16).
 */
public interface WireGuard {
    /** {@code kernel} or {@code userspace} (O5). */
    String kind();

    /**
     * Makes the device if there is none, or finds the one that is there; it comes up without address and peers.
     *
     * @param mtu bytes of an inner packet, 1280 to 9000 (O1)
     * @return whether it was made now, and so knows nothing of what was written before
     * @throws WireGuardException if it cannot be made
     */
    boolean ensure(int mtu) throws InterruptedException;

    /** @throws WireGuardException if the device is gone or does not answer */
    DeviceState state();

    /**
     * Writes all of the change or fails; what was written before a failure stays.
     *
     * @throws WireGuardException if the device is gone or refuses
     */
    void apply(DeviceChange change);

    /** Removes the device and whatever serves it; fine if there is none. */
    void remove();
}
