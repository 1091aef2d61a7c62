package dev.vt.control.placement;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Which instances may receive a route's connections now (ingress.md B1). */
public final class Backends {
    /** @param address IPv6 of the instance */
    public record Backend(String instanceId, String address, int port) {}

    private record Row(String routeId, Backend backend) {}

    private Backends() {}

    /** Of every route that has any, sorted by instance id; within the caller's read. */
    public static Map<String, List<Backend>> byRoute(Handle handle) {
        return handle
                .createQuery("SELECT * FROM route_backends ORDER BY route_id, instance_id")
                .map((row, context) -> new Row(
                        row.getString("route_id"),
                        new Backend(row.getString("instance_id"), row.getString("address"), row.getInt("port"))))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Row::routeId, TreeMap::new, Collectors.mapping(Row::backend, Collectors.toList())));
    }

    /** How many one route has; within the caller's read. */
    public static int count(Handle handle, String routeId) {
        return handle.createQuery("SELECT count(*) FROM route_backends WHERE route_id = :route")
                .bind("route", routeId)
                .mapTo(Integer.class)
                .one();
    }

    /** Whether an event of this type may change what {@link #byRoute} answers. */
    public static boolean changesOn(String eventType) {
        return eventType.startsWith("route.")
                || eventType.equals(InstanceEventCodec.STATUS_CHANGED)
                || eventType.equals(InstanceEventCodec.DESIRED_STATE_CHANGED);
    }
}
