package dev.vt.runtime.channel;

import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.ByteChannelPair;
import java.time.Duration;
import java.time.Instant;

/**
 * The control channel of one VM. Made and closed by the VM's owner; every method may be called from any thread. Two virtual threads
 * of its own read and write (see the package description).
 */
public interface GuestChannel extends AutoCloseable {
    /**
     * Sends SYNC and waits for the guest's HELLO. On failure the transport is closed.
     *
     * @param instanceId and {@code bootId}: what HELLO must name
     * @param epoch of this host process, for the guest's log; rises with each agent start
     * @param deadline for the handshake (RT21)
     * @throws ChannelException {@code HANDSHAKE}, {@code INIT_PROTOCOL} or {@code LOST}
     */
    static GuestChannel open(
            ByteChannelPair transport,
            String instanceId,
            String bootId,
            long epoch,
            Duration deadline,
            GuestEvents events)
            throws InterruptedException {
        return HostChannel.open(transport, instanceId, bootId, epoch, deadline, events, HostChannel.PING_PERIOD);
    }

    /**
     * As {@link #open}, to a guest that was restored and runs: gives it fresh entropy, the time and its identity, in this order, before
     * anything else (RT36).
     *
     * @param deadline for the handshake, and again for the identity
     * @throws ChannelException also {@code HANDSHAKE} if the guest does not take the identity
     */
    static GuestChannel openRestored(
            ByteChannelPair transport,
            BaseSnapshot snapshot,
            RestoredIdentity identity,
            long epoch,
            Duration deadline,
            GuestEvents events)
            throws InterruptedException {
        return HostChannel.openRestored(transport, snapshot, identity, epoch, deadline, events);
    }

    /** The newest HELLO. */
    GuestHello hello();

    /**
     * Sends the config and waits until init has validated it whole.
     *
     * @throws ChannelException {@code CONFIG_INVALID} with init's message, or {@code LOST}
     */
    void configure(GuestConfig config, Duration timeout) throws InterruptedException;

    /** Asks init to stop the workload with the config's signal, kill what is left after {@code grace}, and power off. */
    void stop(Duration grace);

    /**
     * Sends a signal to the workload's process group.
     *
     * @param signal {@code TERM INT HUP QUIT USR1 USR2}
     */
    void signal(String signal);

    /** Steps the guest's clock, for example after a restore. */
    void clock(Instant now);

    /** Mixes at least 32 random bytes into the guest's kernel (RT36). */
    void reseed(byte[] entropy);

    /**
     * Starts a command in the guest.
     *
     * @throws ChannelException {@code STREAM_RESET} with detail {@code busy} or {@code not_running}. A program that cannot
     *     be run is no refusal: the session ends with code 126 or 127
     */
    ExecSession openExec(ExecRequest request, Duration timeout) throws InterruptedException;

    /**
     * Connects to a TCP port in the guest. Closing the pair's output sends end of file.
     *
     * @throws ChannelException {@code STREAM_RESET} with detail {@code refused} or {@code timeout}
     */
    ByteChannelPair openForward(int port, Duration timeout) throws InterruptedException;

    /** What init wrote to its own log so far, JSON lines of at most 1 MiB; names and codes, never values. */
    byte[] initLog(Duration timeout) throws InterruptedException;

    /** Whether the channel works now; false also for the moment of a resync. */
    boolean isOpen();

    /** Lets go of the guest without stopping anything in it. {@link GuestEvents#lost} is still called. */
    @Override
    void close();
}
