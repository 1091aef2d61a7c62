package dev.vt.cli.work;

import java.io.ByteArrayOutputStream;

/**
 * What a person types in a terminal session, with {@code ~.} at the start of a line as the way out (C10), as in ssh(1): a tilde
 * there is held back until the next byte says what it means, and {@code ~~} is one tilde. Runs on the input thread only.
 */
final class EscapeSequence {
    private boolean lineStart = true;
    private boolean held;
    private boolean closed;

    /** @return what is to be sent of the first {@code length} bytes; nothing after the way out */
    byte[] pass(byte[] typed, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 1);
        for (int i = 0; i < length && !closed; i++) {
            pass(typed[i], out);
        }
        return out.toByteArray();
    }

    private void pass(byte next, ByteArrayOutputStream out) {
        if (held) {
            held = false;
            if (next == '.') {
                closed = true;
                return;
            }
            out.write('~');
            if (next == '~') {
                lineStart = false;
                return;
            }
        } else if (lineStart && next == '~') {
            held = true;
            return;
        }
        out.write(next);
        lineStart = next == '\r' || next == '\n';
    }

    /** Whether the way out was typed. */
    boolean closed() {
        return closed;
    }
}
