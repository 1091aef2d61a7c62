package dev.vt.control.placement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Where a route's connections may go: the core view {@code route_backends}, the ready and not draining instances of the
 * route's target (ingress.md B1). Reads the instances; remembers each route's target in {@code route_targets}.
 */
final class BackendProjection implements Projection {
    private static final Set<String> ROUTE_EVENTS = Set.of("route.created", "route.updated", "route.deleted");

    private static final String TARGETS = """
            CREATE TABLE route_targets (
              route_id text COLLATE "C" PRIMARY KEY,
              env_id text COLLATE "C" NOT NULL,
              process_type text COLLATE "C" NOT NULL,
              port integer NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    private static final String BACKENDS = """
            CREATE TABLE route_backends (
              route_id text COLLATE "C" NOT NULL,
              instance_id text COLLATE "C" NOT NULL,
              address text COLLATE "C" NOT NULL,
              port integer NOT NULL,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (route_id, instance_id)
            )""";

    private record Target(String routeId, int port) {}

    private record Ready(String instanceId, String address) {}

    @Override
    public String name() {
        return "route_backends";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of(TARGETS, BACKENDS, "CREATE INDEX ON route_targets (env_id, process_type)");
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(
                new ViewTable("route_targets", List.of("route_id")),
                new ViewTable("route_backends", List.of("route_id", "instance_id")));
    }

    @Override
    public boolean handles(String eventType) {
        return ROUTE_EVENTS.contains(eventType)
                || eventType.equals(InstanceEventCodec.DESIRED_STATE_CHANGED)
                || eventType.equals(InstanceEventCodec.STATUS_CHANGED);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (ROUTE_EVENTS.contains(event.type())) {
            applyRoute(event, tx);
        } else {
            applyInstance(event, tx);
        }
    }

    private static void applyRoute(StoredEvent event, Handle tx) {
        String routeId = event.aggregate().id();
        if (event.type().equals("route.deleted")) {
            ViewWrites.of(tx).add("DELETE FROM route_targets WHERE route_id = ?", routeId);
            ViewWrites.of(tx).add("DELETE FROM route_backends WHERE route_id = ?", routeId);
            return;
        }
        JsonNode target = event.payload().path("target");
        if (!target.hasNonNull("process_type")) {
            return;
        }
        String processType = target.path("process_type").asText();
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO route_targets (route_id, env_id, process_type, port, last_event_id)
                        VALUES (:route, :env, :process, :port, :event)
                        ON CONFLICT (route_id) DO UPDATE SET process_type = :process, port = :port, last_event_id = :event""")
                .bind("route", routeId)
                .bind("env", event.owner().envId())
                .bind("process", processType)
                .bind("port", target.path("port").asInt())
                .bind("event", event.eventId())
                .add();
        ViewWrites.of(tx).add("DELETE FROM route_backends WHERE route_id = ?", routeId);
        List<Ready> ready = tx.createQuery("""
                        SELECT d.id, d.overlay_ipv6 FROM instances_desired d JOIN instances_status s ON s.id = d.id
                        WHERE d.env_id = :env AND d.process_type = :process AND NOT d.finished
                          AND d.desired_state = 'running' AND s.status = 'ready' ORDER BY d.id""")
                .bind("env", event.owner().envId())
                .bind("process", processType)
                .map((row, context) -> new Ready(row.getString(1), row.getString(2)))
                .list();
        Target self = new Target(routeId, target.path("port").asInt());
        ready.forEach(instance -> add(event, tx, self, instance));
    }

    private static void applyInstance(StoredEvent event, Handle tx) {
        String instanceId = event.aggregate().id();
        Optional<Ready> ready = tx.createQuery("""
                        SELECT d.id, d.overlay_ipv6 FROM instances_desired d JOIN instances_status s ON s.id = d.id
                        WHERE d.id = :id AND d.desired_state = 'running' AND s.status = 'ready'""")
                .bind("id", instanceId)
                .map((row, context) -> new Ready(row.getString(1), row.getString(2)))
                .findOne();
        if (ready.isEmpty()) {
            ViewWrites.of(tx).add("DELETE FROM route_backends WHERE instance_id = ?", instanceId);
            return;
        }
        List<Target> targets = tx.createQuery("""
                        SELECT t.route_id, t.port FROM route_targets t JOIN instances_desired d
                          ON d.env_id = t.env_id AND d.process_type = t.process_type
                        WHERE d.id = :id ORDER BY t.route_id""")
                .bind("id", instanceId)
                .map((row, context) -> new Target(row.getString(1), row.getInt(2)))
                .list();
        targets.forEach(target -> add(event, tx, target, ready.get()));
    }

    private static void add(StoredEvent event, Handle tx, Target target, Ready instance) {
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO route_backends (route_id, instance_id, address, port, last_event_id)
                        VALUES (:route, :instance, :address, :port, :event)
                        ON CONFLICT (route_id, instance_id) DO NOTHING""")
                .bind("route", target.routeId())
                .bind("instance", instance.instanceId())
                .bind("address", instance.address())
                .bind("port", target.port())
                .bind("event", event.eventId())
                .add();
    }
}
