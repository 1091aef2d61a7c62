package dev.vt.runtime.channel;

/**
 * One unit of the control channel.
 *
 * @param type see the constants
 * @param stream 0 for control, even if the host opened it, odd if the guest did
 * @param payload at most {@link FrameCodec#MAX_PAYLOAD} bytes; not copied
 */
record Frame(int type, int stream, byte[] payload) {
    static final int SYNC = 0x01;
    static final int HELLO = 0x02;
    static final int WELCOME = 0x03;
    static final int OPEN = 0x10;
    static final int ACCEPT = 0x11;
    static final int DATA = 0x12;
    static final int CREDIT = 0x13;
    static final int FIN = 0x14;
    static final int RESET = 0x15;
    static final int MSG = 0x18;
    static final int PING = 0x20;
    static final int PONG = 0x21;
}
