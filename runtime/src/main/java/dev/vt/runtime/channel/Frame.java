package dev.vt.runtime.channel;

/**
 * One unit of the control channel.
 *
 * @param type see the constants
 * @param stream 0 for control, even if the host opened it, odd if the guest did
 * @param payload at most {@link FrameCodec#MAX_PAYLOAD} bytes; not copied
 */
public record Frame(int type, int stream, byte[] payload) {
    public static final int SYNC = 0x01;
    public static final int HELLO = 0x02;
    public static final int WELCOME = 0x03;
    public static final int OPEN = 0x10;
    public static final int ACCEPT = 0x11;
    public static final int DATA = 0x12;
    public static final int CREDIT = 0x13;
    public static final int FIN = 0x14;
    public static final int RESET = 0x15;
    public static final int MSG = 0x18;
    public static final int PING = 0x20;
    public static final int PONG = 0x21;
}
