package dev.vt.control.exec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.Arrays;
import java.util.Optional;

/** The payload of a WebSocket message: byte 0 is the type (exec-and-logs.md §2). */
final class ExecFrame {
    static final byte STDIN = 0x01;
    static final byte CONTROL = 0x10;
    static final byte EXIT = 0x11;

    private static final int MAX_CONTROL = 4 * 1024;

    private ExecFrame() {}

    static byte[] of(byte type, byte[] payload) {
        byte[] frame = new byte[payload.length + 1];
        frame[0] = type;
        System.arraycopy(payload, 0, frame, 1, payload.length);
        return frame;
    }

    static byte[] control(ObjectNode message) {
        return of(CONTROL, Json.bytes(message));
    }

    /** The message of a control frame; empty for any other frame, and for one that is too large or not an object. */
    static Optional<ObjectNode> control(byte[] frame) {
        if (frame.length < 2 || frame[0] != CONTROL || frame.length > MAX_CONTROL + 1) {
            return Optional.empty();
        }
        try {
            return Json.parse(Arrays.copyOfRange(frame, 1, frame.length)) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
