package dev.vt.bench;

import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three members of etcd on loopback, and clients that put values of the size of a batch, each after the other. The clients talk
 * to the leader; etcd answers when a majority has the value in its log on disk.
 */
final class EtcdMembers implements AutoCloseable {
    private static final int VALUE_BYTES = 640;

    /** Requests are written by hand, so that no generated code is needed for two calls. */
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final List<Process> members = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicLong keys = new AtomicLong();
    private int leader;

    EtcdMembers(String program, Path home, List<Integer> ports) throws IOException, InterruptedException {
        StringBuilder cluster = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            cluster.append(i == 0 ? "" : ",")
                    .append("m")
                    .append(i)
                    .append("=http://127.0.0.1:")
                    .append(ports.get(3 + i));
        }
        for (int i = 0; i < 3; i++) {
            String client = "http://127.0.0.1:" + ports.get(i);
            String peer = "http://127.0.0.1:" + ports.get(3 + i);
            members.add(new ProcessBuilder(
                            program,
                            "--name=m" + i,
                            "--data-dir=" + home.resolve("etcd" + i),
                            "--listen-client-urls=" + client,
                            "--advertise-client-urls=" + client,
                            "--listen-peer-urls=" + peer,
                            "--initial-advertise-peer-urls=" + peer,
                            "--initial-cluster=" + cluster,
                            "--initial-cluster-state=new",
                            "--log-level=error")
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("etcd" + i + ".log").toFile())
                    .start());
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", ports.get(i))
                    .usePlaintext()
                    .build());
        }
        awaitLeader();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name)
                .build();
    }

    /** The status of a member names itself in field 1.2 and the leader in field 4. */
    private void awaitLeader() throws InterruptedException {
        MethodDescriptor<byte[], byte[]> status = method("etcdserverpb.Maintenance/Status");
        for (int attempt = 0; attempt < 300; attempt++) {
            for (int i = 0; i < 3; i++) {
                try {
                    byte[] answer =
                            ClientCalls.blockingUnaryCall(channels.get(i), status, CallOptions.DEFAULT, new byte[0]);
                    long self = ProtoFields.number(ProtoFields.bytes(answer, 1), 2);
                    if (self != 0 && self == ProtoFields.number(answer, 4)) {
                        leader = i;
                        return;
                    }
                } catch (StatusRuntimeException e) {
                    // It does not listen yet.
                }
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("etcd has no leader");
    }

    AppendBench.Round run(int clients, double seconds) throws InterruptedException {
        MethodDescriptor<byte[], byte[]> put = method("etcdserverpb.KV/Put");
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        List<Future<long[]>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> client(put, end)));
            }
        }
        double took = (System.nanoTime() - start) / 1e9;
        long[] latencies = running.stream()
                .flatMapToLong(future -> Arrays.stream(future.resultNow()))
                .sorted()
                .toArray();
        return new AppendBench.Round(
                clients,
                1,
                latencies.length / took,
                latencies.length / took,
                AppendBench.percentile(latencies, 50),
                AppendBench.percentile(latencies, 95),
                AppendBench.percentile(latencies, 99));
    }

    private long[] client(MethodDescriptor<byte[], byte[]> put, long end) {
        List<Long> latencies = new ArrayList<>();
        while (System.nanoTime() < end) {
            byte[] request = put(("key" + keys.incrementAndGet()).getBytes(StandardCharsets.UTF_8));
            long before = System.nanoTime();
            ClientCalls.blockingUnaryCall(channels.get(leader), put, CallOptions.DEFAULT, request);
            latencies.add(System.nanoTime() - before);
        }
        return latencies.stream().mapToLong(Long::longValue).toArray();
    }

    private static byte[] put(byte[] key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CodedOutputStream fields = CodedOutputStream.newInstance(out);
        try {
            fields.writeByteArray(1, key);
            fields.writeByteArray(2, new byte[VALUE_BYTES]);
            fields.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        members.forEach(Process::destroy);
        members.forEach(member -> member.onExit().join());
    }
}
