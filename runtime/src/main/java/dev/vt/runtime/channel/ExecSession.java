package dev.vt.runtime.channel;

import java.util.Optional;

/**
 * One exec session in a guest. Frames have the form of exec-and-logs.md §2: byte 0 is the type. One thread may send while another
 * receives. Nothing is dropped: who does not receive slows the process down.
 */
public interface ExecSession extends AutoCloseable {
    /**
     * The next frame: 0x02 stdout, 0x03 stderr (at most 16 KiB each), and last 0x11
     * {@code {"exit_code":0,"reason":"exited"}} or {@code {"exit_code":137,"signal":"KILL","reason":"killed"}}.
     *
     * @return empty after the exit frame
     * @throws ChannelException if the channel was lost first
     */
    Optional<byte[]> receive() throws InterruptedException;

    /**
     * Sends 0x01 stdin or 0x10 control ({@code {"type":"resize","cols":80,"rows":24}}, {@code {"type":"signal","signal":"INT"}},
     * {@code {"type":"eof"}}, {@code {"type":"close"}}), at most 64 KiB; blocks while the process does not read. Sending to
     * a session that has ended does nothing.
     *
     * @throws IllegalArgumentException if the frame is empty, larger, or of another type
     * @throws ChannelException if the channel was lost
     */
    void send(byte[] frame) throws InterruptedException;

    /** Ends the session: the whole process group gets HUP at once, TERM at 5 s, KILL at 30 s (EX11). */
    @Override
    void close();
}
