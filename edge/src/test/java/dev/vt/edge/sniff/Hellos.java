package dev.vt.edge.sniff;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** ClientHellos: of Java's own TLS, and made byte by byte. */
public final class Hellos {
    private Hellos() {}

    /** What {@code SSLEngine} sends first. */
    public static byte[] ofJava(String name) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            if (!name.isEmpty()) {
                parameters.setServerNames(List.of(new SNIHostName(name)));
            }
            engine.setSSLParameters(parameters);
            ByteBuffer out = ByteBuffer.allocate(1 << 15);
            engine.wrap(ByteBuffer.allocate(0), out);
            return Arrays.copyOf(out.array(), out.position());
        } catch (GeneralSecurityException | SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Extension 0 with host names. */
    public static byte[] serverName(String... names) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            list.write(0);
            u16(list, bytes.length);
            list.writeBytes(bytes);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, list.size());
        body.writeBytes(list.toByteArray());
        return extension(0, body.toByteArray());
    }

    public static byte[] extension(int type, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        u16(out, type);
        u16(out, body.length);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** A handshake message with these extensions. */
    public static byte[] message(byte[]... extensions) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, 0x0303);
        byte[] random = new byte[32];
        new Random(1).nextBytes(random);
        body.writeBytes(random);
        body.write(32);
        body.writeBytes(random);
        u16(body, 4);
        u16(body, 0x0a0a);
        u16(body, 0x1301);
        body.write(1);
        body.write(0);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] extension : extensions) {
            all.writeBytes(extension);
        }
        u16(body, all.size());
        body.writeBytes(all.toByteArray());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        out.write(body.size() >> 16);
        u16(out, body.size() & 0xffff);
        out.writeBytes(body.toByteArray());
        return out.toByteArray();
    }

    /** A message in records of at most so many bytes. */
    public static byte[] records(byte[] message, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += size) {
            int length = Math.min(size, message.length - at);
            out.write(0x16);
            u16(out, 0x0301);
            u16(out, length);
            out.write(message, at, length);
        }
        return out.toByteArray();
    }

    /** The handshake message inside one record. */
    public static byte[] unwrapped(byte[] record) {
        return Arrays.copyOfRange(record, 5, record.length);
    }

    private static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }
}
