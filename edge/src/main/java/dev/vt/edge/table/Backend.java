package dev.vt.edge.table;

import java.net.InetSocketAddress;

/** One ready instance behind a route. */
public record Backend(String instanceId, InetSocketAddress address, BackendState state) {}
