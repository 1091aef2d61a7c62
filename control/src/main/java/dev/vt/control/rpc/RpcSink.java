package dev.vt.control.rpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.vt.control.http.StreamLife;
import dev.vt.control.http.StreamSink;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.grpc.ServerCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream as messages of one type, with a field for each kind of object. The stream's thread sends, the transport's wakes it.
 * Sending waits while the transport's buffer is full: nothing is queued here (ADR 21).
 */
final class RpcSink implements StreamSink {
    private final RpcMethod method;
    private final ServerCall<Message, Message> call;
    private final StreamLife life;
    private final Duration patience;
    private boolean cancelled;

    /** @param patience a client that takes nothing for so long is cut off */
    RpcSink(RpcMethod method, ServerCall<Message, Message> call, StreamLife life, Duration patience) {
        this.method = method;
        this.call = call;
        this.life = life;
        this.patience = patience;
    }

    /** The transport may take more, or the client is gone. */
    synchronized void wake(boolean gone) {
        cancelled |= gone;
        notifyAll();
    }

    @Override
    public void send(String type, @Nullable String cursor, ObjectNode data) {
        ObjectNode object = Json.object().put("ts", life.now().toString()).put("cursor", cursor);
        Message.Builder out = method.newResponse();
        FieldDescriptor field = out.getDescriptorForType().findFieldByName(type);
        if (field == null) {
            throw new IllegalStateException(method.name() + " has no field for " + type);
        }
        object.set(type, data);
        ProtoJson.read(object, out);
        awaitReady();
        call.sendMessage(out.build());
    }

    private synchronized void awaitReady() {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (!cancelled && !call.isReady()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the stream was not read in time")
                            .withHint("read on after the last cursor"));
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the server is stopping"));
        }
        if (cancelled) {
            throw new UncheckedIOException(new IOException("the client is gone"));
        }
    }

    @Override
    public synchronized boolean ended() {
        return cancelled || life.ended();
    }

    /** Says why, if the server ended it. */
    void finish() {
        life.endReason().ifPresent(reason -> send("end", null, Json.object().put("reason", reason)));
    }
}
