package dev.vt.edge.relay;

import dev.vt.edge.table.LiveState;
import dev.vt.edge.table.RoutingTable;
import dev.vt.edge.table.TableCompiler;
import dev.vt.edge.table.Tables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A relay on {@code ::1} whose records the test reads. */
final class RelayFixture implements AutoCloseable {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    final Relay relay;
    final BlockingQueue<ConnectionRecord> ended = new LinkedBlockingQueue<>();
    final List<HelloKind> hellos = new CopyOnWriteArrayList<>();
    final List<EndReason> refused = new CopyOnWriteArrayList<>();
    private final TableCompiler compiler = new TableCompiler(Tables.EDGE, Tables.CLUSTER, new LiveState());

    RelayFixture() throws IOException {
        this(RelaySettings.standard(LOOPBACK).withoutClientLimits());
    }

    RelayFixture(RelaySettings settings) throws IOException {
        ConnectionObserver none = ConnectionObserver.none();
        relay = new Relay(settings, new ConnectionObserver() {
            @Override
            public void accepted(int port) {
                none.accepted(port);
            }

            @Override
            public void refused(int port, EndReason reason) {
                refused.add(reason);
            }

            @Override
            public void sniffed(HelloKind hello) {
                hellos.add(hello);
            }

            @Override
            public void connected(long nanos) {
                none.connected(nanos);
            }

            @Override
            public void connectFailed(boolean timeout) {
                none.connectFailed(timeout);
            }

            @Override
            public void ended(ConnectionRecord connection) {
                ended.add(connection);
            }
        });
    }

    RoutingTable apply(Tables tables) {
        RoutingTable table = compiler.compile(tables.build());
        relay.apply(table);
        return table;
    }

    /** The record of the next connection that ends. */
    ConnectionRecord nextEnded() throws InterruptedException {
        ConnectionRecord record = ended.poll(10, TimeUnit.SECONDS);
        if (record == null) {
            throw new AssertionError("no connection ended");
        }
        return record;
    }

    Set<Integer> failedPorts() {
        return relay.failedPorts();
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not in time");
            }
            Thread.onSpinWait();
        }
    }

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(LOOPBACK, port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        relay.close();
    }
}
