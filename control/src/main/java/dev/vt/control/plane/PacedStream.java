package dev.vt.control.plane;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A stream of bytes as messages, at the pace of their receiver: what gRPC has not sent yet stays bounded. Used by the call's thread.
 *
 * @param <M> the message that carries a piece
 */
final class PacedStream<M> extends BufferedOutputStream {
    private static final int CHUNK = 512 * 1024;
    private static final long LOOK_AGAIN_NANOS = 1_000_000;
    private static final long STALLED_NANOS = 60_000_000_000L;

    PacedStream(ServerCallStreamObserver<M> out, Function<ByteString, M> message) {
        super(new Pieces<>(out, message), CHUNK);
    }

    private static final class Pieces<M> extends OutputStream {
        private final ServerCallStreamObserver<M> out;
        private final Function<ByteString, M> message;

        Pieces(ServerCallStreamObserver<M> out, Function<ByteString, M> message) {
            this.out = out;
            this.message = message;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            long stalled = System.nanoTime() + STALLED_NANOS;
            while (!out.isReady() && !out.isCancelled()) {
                if (System.nanoTime() > stalled) {
                    throw new IOException("the receiver does not read");
                }
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
            if (out.isCancelled()) {
                throw new IOException("the receiver is gone");
            }
            out.onNext(message.apply(ByteString.copyFrom(bytes, from, length)));
        }
    }
}
