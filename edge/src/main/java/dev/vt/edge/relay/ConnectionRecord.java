package dev.vt.edge.relay;

import java.net.InetSocketAddress;

/**
 * What is written about a connection when it has ended. Times in nanoseconds, −1 if that point was not reached.
 *
 * @param idHigh upper half of the connection id
 * @param idLow lower half of the connection id
 * @param routeId empty if no route was found
 * @param serverName empty if none was seen
 * @param backend instance id, empty if none was connected
 * @param retries backends tried before the last one
 * @param received bytes from the client
 * @param sent bytes to the client
 */
public record ConnectionRecord(
        long idHigh,
        long idLow,
        int port,
        String routeId,
        String serverName,
        InetSocketAddress client,
        String backend,
        int retries,
        long sniffNanos,
        long connectNanos,
        long totalNanos,
        long received,
        long sent,
        long revision,
        EndReason end) {}
