package dev.vt.edge.sniff;

import dev.vt.kernel.Hostname;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Incremental reader of a TLS ClientHello (RFC 8446 §4.1.2, records §5.1). Bytes are handed in as they arrive, in any
 * pieces; each is looked at once. One per connection, used by one thread.
 *
 * <p>The handshake message is collected across records into one array and parsed when it is complete, or, when the first
 * piece holds all of it in one record (nearly always), parsed where it lies.
 */
public final class ClientHelloSniffer {
    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE_HEADER = 4;
    private static final int HANDSHAKE_RECORD = 0x16;
    private static final int MAX_RECORD = 1 << 14;
    private static final int EXTENSION_SERVER_NAME = 0;
    private static final int EXTENSION_ENCRYPTED_HELLO = 0xfe0d;
    private static final int HOST_NAME = 0;
    private static final byte[] NONE = new byte[0];

    private final int maxBytes;
    private int seen;
    private Sniffed result = Sniffed.MORE;

    private final byte[] recordHeader = new byte[RECORD_HEADER];
    private int recordHeaderLength;
    private int recordLeft;
    private byte[] message = NONE;
    private int messageLength;
    private int messageExpected = -1;

    /** @param maxBytes that may pass on the wire before the decision, at most 16384 */
    public ClientHelloSniffer(int maxBytes) {
        this.maxBytes = Math.min(maxBytes, 1 << 14);
    }

    /**
     * Takes the next bytes, from the buffer's position to its limit; the buffer itself is not changed.
     *
     * @return the decision, {@link Sniffed#MORE} while there is none; once made it stays
     */
    public Sniffed feed(ByteBuffer bytes) {
        if (!(result instanceof Sniffed.More)) {
            return result;
        }
        ByteBuffer in = bytes.duplicate();
        if (seen == 0 && in.remaining() >= RECORD_HEADER + HANDSHAKE_HEADER) {
            result = whole(in);
            if (!(result instanceof Sniffed.More)) {
                return result;
            }
        }
        in.limit(Math.min(in.limit(), in.position() + maxBytes - seen));
        while (in.hasRemaining() && result instanceof Sniffed.More) {
            if (recordLeft == 0) {
                takeRecordHeader(in.get());
            } else {
                takeMessage(in);
            }
        }
        if (result instanceof Sniffed.More && seen >= maxBytes) {
            result = Sniffed.TOO_BIG;
        }
        return result;
    }

    /** The usual case: the whole hello in one record in one piece. */
    private Sniffed whole(ByteBuffer in) {
        int at = in.position();
        int recordLength = u16(in, at + 3);
        int length = u24(in, at + RECORD_HEADER + 1);
        boolean usual = (in.get(at) & 0xff) == HANDSHAKE_RECORD
                && in.get(at + 1) == 3
                && (in.get(at + RECORD_HEADER) & 0xff) == 1
                && length > 0
                && recordLength <= MAX_RECORD
                && length + HANDSHAKE_HEADER <= recordLength
                && RECORD_HEADER + HANDSHAKE_HEADER + length <= Math.min(in.remaining(), maxBytes);
        return usual ? parse(in.slice(at + RECORD_HEADER + HANDSHAKE_HEADER, length)) : Sniffed.MORE;
    }

    private void takeRecordHeader(byte next) {
        recordHeader[recordHeaderLength++] = next;
        seen++;
        int first = recordHeader[0] & 0xff;
        if (first != HANDSHAKE_RECORD) {
            takeForeign(first);
            return;
        }
        if (recordHeaderLength >= 2 && recordHeader[1] != 3) {
            result = new Sniffed.BadHello("record version");
        } else if (recordHeaderLength == RECORD_HEADER) {
            recordLeft = ((recordHeader[3] & 0xff) << 8) | (recordHeader[4] & 0xff);
            recordHeaderLength = 0;
            if (recordLeft == 0 || recordLeft > MAX_RECORD) {
                result = new Sniffed.BadHello("record length");
            }
        }
    }

    /** A first byte that is not a handshake's: an SSLv2 hello shows itself in the third byte, everything else at once. */
    private void takeForeign(int first) {
        if (messageLength > 0) {
            result = new Sniffed.BadHello("hello interrupted by another record");
        } else if ((first & 0x80) == 0) {
            result = Sniffed.NOT_TLS;
        } else if (recordHeaderLength == 3) {
            result = recordHeader[2] == 1 ? new Sniffed.BadHello("SSLv2") : Sniffed.NOT_TLS;
        }
    }

    private void takeMessage(ByteBuffer in) {
        if (messageExpected < 0) {
            takeMessageHeader(in.get());
            return;
        }
        int n = Math.min(Math.min(in.remaining(), recordLeft), messageExpected - messageLength);
        in.get(message, messageLength, n);
        messageLength += n;
        recordLeft -= n;
        seen += n;
        if (messageLength == messageExpected) {
            result = parse(ByteBuffer.wrap(message, HANDSHAKE_HEADER, messageLength - HANDSHAKE_HEADER)
                    .slice());
        }
    }

    private void takeMessageHeader(byte next) {
        if (message.length == 0) {
            message = new byte[HANDSHAKE_HEADER];
        }
        message[messageLength++] = next;
        recordLeft--;
        seen++;
        if (message[0] != 1) {
            result = new Sniffed.BadHello("not a client hello");
        } else if (messageLength == HANDSHAKE_HEADER) {
            int expected = HANDSHAKE_HEADER + u24(ByteBuffer.wrap(message), 1);
            if (expected > maxBytes) {
                result = Sniffed.TOO_BIG;
            } else if (expected == HANDSHAKE_HEADER) {
                result = new Sniffed.BadHello("empty hello");
            } else {
                messageExpected = expected;
                message = Arrays.copyOf(message, expected);
            }
        }
    }

    /** @param hello the body of the handshake message, from 0 to its limit */
    private static Sniffed parse(ByteBuffer hello) {
        try {
            return new Hello(hello).read();
        } catch (Malformed e) {
            return new Sniffed.BadHello(e.why);
        }
    }

    private static int u16(ByteBuffer in, int at) {
        return ((in.get(at) & 0xff) << 8) | (in.get(at + 1) & 0xff);
    }

    private static int u24(ByteBuffer in, int at) {
        return ((in.get(at) & 0xff) << 16) | u16(in, at + 1);
    }

    /** Ends the parse of one hello; has no trace, because hostile input must not cost one. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
        private final String why;

        Malformed(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }

    /** Reads through a hello from front to back; every length is checked against what is left. */
    private static final class Hello {
        private final ByteBuffer in;
        private int at;
        private boolean named;
        private boolean encrypted;
        private String name = "";

        Hello(ByteBuffer in) {
            this.in = in;
        }

        Sniffed read() throws Malformed {
            skip(2 + 32, "random");
            int session = length8("session id");
            if (session > 32) {
                throw new Malformed("session id");
            }
            skip(session, "session id");
            int suites = length16("cipher suites");
            if (suites == 0 || suites % 2 != 0) {
                throw new Malformed("cipher suites");
            }
            skip(suites, "cipher suites");
            int compressions = length8("compression methods");
            if (compressions == 0) {
                throw new Malformed("compression methods");
            }
            skip(compressions, "compression methods");
            if (at < in.limit()) {
                readExtensions();
            }
            if (name.isEmpty() || name.equals(".") || Hostname.isIpLiteral(name)) {
                return new Sniffed.NoName(encrypted);
            }
            return Hostname.normalize(name)
                    .<Sniffed>map(host -> new Sniffed.Name(host, encrypted))
                    .orElse(Sniffed.BAD_NAME);
        }

        private void readExtensions() throws Malformed {
            if (length16("extensions") != in.limit() - at) {
                throw new Malformed("extensions");
            }
            while (at < in.limit()) {
                int type = length16("extension");
                int length = length16("extension");
                int end = at + length;
                if (end > in.limit()) {
                    throw new Malformed("extension");
                }
                if (type == EXTENSION_SERVER_NAME) {
                    readServerName(end);
                } else if (type == EXTENSION_ENCRYPTED_HELLO) {
                    encrypted = true;
                }
                at = end;
            }
        }

        private void readServerName(int end) throws Malformed {
            if (named) {
                throw new Malformed("two server names");
            }
            named = true;
            if (at == end) {
                return;
            }
            if (length16("server name") != end - at) {
                throw new Malformed("server name list");
            }
            boolean found = false;
            while (at < end) {
                int type = length8("server name");
                int length = length16("server name");
                if (length > end - at) {
                    throw new Malformed("server name");
                }
                if (type == HOST_NAME) {
                    if (found) {
                        throw new Malformed("two host names");
                    }
                    found = true;
                    name = text(length);
                }
                at += length;
            }
        }

        private String text(int length) {
            byte[] bytes = new byte[length];
            in.get(at, bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        private int length8(String what) throws Malformed {
            skip(1, what);
            return in.get(at - 1) & 0xff;
        }

        private int length16(String what) throws Malformed {
            skip(2, what);
            return u16(in, at - 2);
        }

        private void skip(int bytes, String what) throws Malformed {
            if (bytes > in.limit() - at) {
                throw new Malformed(what);
            }
            at += bytes;
        }
    }
}
