package dev.vt.edge.relay;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what one client may hold and open (F5); a client is an IPv6 /64 or an IPv4 address. Shared by all loops.
 * Clients without connections are forgotten by {@link #sweep}.
 */
final class ClientLimiter {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private volatile int maxOpen;
    private volatile int maxNewPerSecond;
    private final ConcurrentHashMap<Long, Client> clients = new ConcurrentHashMap<>();

    ClientLimiter(int maxOpen, int maxNewPerSecond) {
        this.maxOpen = maxOpen;
        this.maxNewPerSecond = maxNewPerSecond;
    }

    /** Other bounds, from the next connection on; a limiter that limits nobody goes on so. */
    void limit(int open, int newPerSecond) {
        maxOpen = open;
        maxNewPerSecond = newPerSecond;
    }

    /** One client's connections. */
    private static final class Client {
        private int open;
        private long windowStart;
        private int newInWindow;
        private boolean forgotten;
    }

    boolean isUnlimited() {
        return maxOpen == Integer.MAX_VALUE && maxNewPerSecond == Integer.MAX_VALUE;
    }

    /** @return false if the client has too much already; then {@link #closed} must not be called */
    boolean tryOpen(InetAddress address, long now) {
        if (isUnlimited()) {
            return true;
        }
        long key = key(address);
        while (true) {
            Client client = clients.computeIfAbsent(key, k -> new Client());
            synchronized (client) {
                if (client.forgotten) {
                    continue;
                }
                if (client.newInWindow == 0 || now - client.windowStart >= SECOND) {
                    client.windowStart = now;
                    client.newInWindow = 0;
                }
                if (client.open >= maxOpen || client.newInWindow >= maxNewPerSecond) {
                    return false;
                }
                client.open++;
                client.newInWindow++;
                return true;
            }
        }
    }

    void closed(InetAddress address) {
        Client client = isUnlimited() ? null : clients.get(key(address));
        if (client != null) {
            synchronized (client) {
                client.open--;
            }
        }
    }

    void sweep(long now) {
        clients.entrySet().removeIf(entry -> {
            Client client = entry.getValue();
            synchronized (client) {
                client.forgotten = client.open == 0 && now - client.windowStart >= SECOND;
                return client.forgotten;
            }
        });
    }

    int size() {
        return clients.size();
    }

    /** IPv4 addresses lie below 2^32, where no global /64 is. */
    private static long key(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address ? bytes.getLong() : bytes.getInt() & 0xffff_ffffL;
    }
}
