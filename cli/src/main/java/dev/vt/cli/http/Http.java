package dev.vt.cli.http;

import dev.vt.cli.core.Interrupts;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request and its answer on a connection of its own (RFC 9112). No pooling, no redirects, no cookies: a command
 * makes few calls, and class loading is what it waits for.
 */
public final class Http {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    private Http() {}

    /** @param body null for none */
    public record Request(String method, URI uri, Map<String, String> headers, byte @Nullable [] body) {}

    /** An answer whose body has not been read; closing it ends the connection. Header names are lower case. */
    public static final class Response implements AutoCloseable {
        private final Socket socket;
        private final int status;
        private final Map<String, String> headers;
        private final InputStream body;

        private final Runnable closed;

        private Response(Socket socket, int status, Map<String, String> headers, InputStream body, Runnable closed) {
            this.closed = closed;
            this.socket = socket;
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        public int status() {
            return status;
        }

        public Map<String, String> headers() {
            return headers;
        }

        /** The body with transfer coding removed; reads block at most for the read timeout of the call. */
        public InputStream body() {
            return body;
        }

        /** @throws IOException if the body ends early or is larger than 64 MiB */
        public byte[] readAll() throws IOException {
            byte[] bytes = body.readNBytes(MAX_BODY_BYTES + 1);
            if (bytes.length > MAX_BODY_BYTES) {
                throw new IOException("the answer is larger than 64 MiB");
            }
            return bytes;
        }

        @Override
        public void close() throws IOException {
            closed.run();
            socket.close();
        }
    }

    /**
     * Sends a request and reads the answer's head.
     *
     * @param readTimeout longest silence; zero waits without limit
     * @param interrupts closes the connection at Ctrl-C
     */
    public static Response send(
            Request request,
            Duration connectTimeout,
            Duration readTimeout,
            @Nullable SSLContext tls,
            Interrupts interrupts)
            throws IOException {
        URI uri = request.uri();
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
        String host = uri.getHost();
        String address = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        Socket plain = new Socket();
        Socket socket = plain;
        interrupts.watch(plain);
        try {
            socket.connect(new InetSocketAddress(address, port), Math.toIntExact(connectTimeout.toMillis()));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(readTimeout.toMillis()));
            if (secure) {
                SSLSocketFactory factory =
                        tls == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : tls.getSocketFactory();
                SSLSocket encrypted = (SSLSocket) factory.createSocket(socket, address, port, true);
                SSLParameters parameters = encrypted.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                encrypted.setSSLParameters(parameters);
                encrypted.startHandshake();
                socket = encrypted;
            }
            write(socket.getOutputStream(), request, host + ":" + port);
            return read(socket, request.method(), () -> interrupts.forget(plain));
        } catch (IOException | RuntimeException e) {
            interrupts.forget(plain);
            socket.close();
            throw e;
        }
    }

    private static void write(OutputStream out, Request request, String host) throws IOException {
        URI uri = request.uri();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        StringBuilder head = new StringBuilder(512)
                .append(request.method())
                .append(' ')
                .append(path)
                .append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\nConnection: close\r\n");
        for (Map.Entry<String, String> header : request.headers().entrySet()) {
            if (header.getValue().indexOf('\r') >= 0 || header.getValue().indexOf('\n') >= 0) {
                throw new IOException("a header value holds a line break: " + header.getKey());
            }
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        byte[] body = request.body();
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        } else if (!"GET".equals(request.method())) {
            head.append("Content-Length: 0\r\n");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (body != null) {
            all.writeBytes(body);
        }
        out.write(all.toByteArray());
        out.flush();
    }

    private static Response read(Socket socket, String method, Runnable closed) throws IOException {
        BufferedInputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        String statusLine = line(in);
        if (!statusLine.startsWith("HTTP/1.") || statusLine.length() < 12) {
            throw new IOException("not an HTTP/1.1 answer");
        }
        int status = Integer.parseInt(statusLine.substring(9, 12));
        Map<String, String> headers = new TreeMap<>();
        int size = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            size += line.length();
            int colon = line.indexOf(':');
            if (colon <= 0 || size > MAX_HEAD_BYTES) {
                throw new IOException("malformed answer header");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        InputStream body;
        if ("HEAD".equals(method) || status == 204 || status == 304) {
            body = InputStream.nullInputStream();
        } else if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            body = new Chunked(in);
        } else if (headers.get("content-length") instanceof String length) {
            body = new Fixed(in, Long.parseLong(length));
        } else {
            body = in;
        }
        return new Response(socket, status, headers, body, closed);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended inside the answer");
            }
            if (b != '\r') {
                line.append((char) b);
            }
            if (line.length() > MAX_HEAD_BYTES) {
                throw new IOException("an answer line is too long");
            }
        }
        return line.toString();
    }

    private static final class Fixed extends InputStream {
        private final InputStream in;
        private long left;

        Fixed(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the connection ended inside the body");
            }
            left -= n;
            return n;
        }
    }

    private static final class Chunked extends InputStream {
        private final InputStream in;
        private long left;
        private boolean started;
        private boolean ended;

        Chunked(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            if (left == 0) {
                if (started) {
                    line(in);
                }
                started = true;
                String size = line(in);
                int extension = size.indexOf(';');
                left = Long.parseLong(
                        extension < 0
                                ? size.strip()
                                : size.substring(0, extension).strip(),
                        16);
                if (left == 0) {
                    ended = true;
                    while (!line(in).isEmpty()) {
                        // Trailer fields carry nothing this client needs.
                    }
                    return -1;
                }
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the connection ended inside the body");
            }
            left -= n;
            return n;
        }
    }
}
