package dev.vt.edge.relay;

/** Told by event loops what happens; calls must be quick and never block. */
public interface ConnectionObserver {
    void accepted(int port);

    /** A connection that was refused before it cost anything; it gets no record. */
    void refused(int port, EndReason reason);

    /** What a hello was, once for each connection to a {@code tls} listener that sent anything or ran out of time. */
    void sniffed(HelloKind hello);

    /** @param nanos from the connect call to the established connection */
    void connected(long nanos);

    void connectFailed(boolean timeout);

    void ended(ConnectionRecord connection);

    /** Watches nothing. */
    static ConnectionObserver none() {
        return new ConnectionObserver() {
            @Override
            public void accepted(int port) {}

            @Override
            public void refused(int port, EndReason reason) {}

            @Override
            public void sniffed(HelloKind hello) {}

            @Override
            public void connected(long nanos) {}

            @Override
            public void connectFailed(boolean timeout) {}

            @Override
            public void ended(ConnectionRecord connection) {}
        };
    }
}
