package dev.vt.agent.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.vt.agent.state.StateFiles;
import dev.vt.api.node.LogQuery;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.NodePlaneGrpc.NodePlaneBlockingV2Stub;
import dev.vt.api.proto.OpenLogs;
import dev.vt.kernel.Json;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers servers' log queries, each on a virtual thread and a call of its own, at most 64 at once. */
public final class LogQueries {
    private static final Logger log = LoggerFactory.getLogger(LogQueries.class);

    private final LogReader reader;
    private final Semaphore places = new Semaphore(64);

    public LogQueries(LogReader reader) {
        this.reader = reader;
    }

    /** Dials back on its own thread. */
    public void open(OpenLogs request, NodePlaneBlockingV2Stub plane) {
        Thread.ofVirtual().name("logs/" + request.getQueryId()).start(() -> run(request, plane));
    }

    private void run(OpenLogs request, NodePlaneBlockingV2Stub plane) {
        BlockingClientCall<LogsFromNode, LogsToNode> call = plane.logs();
        boolean admitted = places.tryAcquire();
        try {
            call.write(
                    LogsFromNode.newBuilder().setQueryId(request.getQueryId()).build());
            if (!admitted) {
                call.cancel("too many log queries on this node", null);
                return;
            }
            LogQuery query = StateFiles.LENIENT.readValue(request.getQueryJson().toByteArray(), LogQuery.class);
            AtomicBoolean cancelled = new AtomicBoolean();
            Thread.ofVirtual().name("logs-in/" + request.getQueryId()).start(() -> awaitCancel(call, cancelled));
            reader.read(query, new CallSink(call, cancelled));
            call.halfClose();
        } catch (CallEnded e) {
            log.debug("log query ended query={}", request.getQueryId(), e);
        } catch (StatusException e) {
            log.info(
                    "log query call ended query={} status={}",
                    request.getQueryId(),
                    e.getStatus().getCode());
        } catch (IOException | IllegalArgumentException e) {
            log.error("log query failed query={}", request.getQueryId(), e);
            call.cancel("log query failed", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (admitted) {
                places.release();
            }
        }
    }

    private static void awaitCancel(BlockingClientCall<LogsFromNode, LogsToNode> call, AtomicBoolean cancelled) {
        try {
            for (LogsToNode message = call.read(); message != null; message = call.read()) {
                if (message.getCancel()) {
                    break;
                }
            }
        } catch (StatusException e) {
            log.debug("log query call cut", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            cancelled.set(true);
        }
    }

    /** Carries a broken call out of the reader, which knows no gRPC. */
    private static final class CallEnded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CallEnded(StatusException cause) {
            super(cause);
        }
    }

    private record CallSink(BlockingClientCall<LogsFromNode, LogsToNode> call, AtomicBoolean cancelled)
            implements LogReader.Sink {
        @Override
        public void record(ObjectNode record) throws InterruptedException {
            write(LogsFromNode.newBuilder()
                    .setRecordJson(ByteString.copyFrom(Json.bytes(record)))
                    .build());
        }

        @Override
        public void head() throws InterruptedException {
            write(LogsFromNode.newBuilder().setHead(true).build());
        }

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }

        private void write(LogsFromNode message) throws InterruptedException {
            try {
                call.write(message);
            } catch (StatusException e) {
                throw new CallEnded(e);
            }
        }
    }
}
