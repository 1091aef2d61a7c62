package dev.vt.control.placement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.config.ConfigWatch;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.scheduler.view.Resources;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What is taken of each node: the core views {@code node_reservations}, which the capacity precondition asks, and {@code ipam}.
 * Reads the instances. An instance counts until it is reported stopped (scheduler.md §2).
 */
final class ReservationProjection implements Projection {
    private static final String CONFIG = "config.";
    private static final Set<String> NODE_EVENTS = Set.of("node.enrolled", "node.capacity_updated");

    private static final String RESERVATIONS = """
            CREATE TABLE node_reservations (
              node_id text COLLATE "C" PRIMARY KEY,
              overlay_ipv6 text COLLATE "C" NOT NULL,
              physical_cpu_millis bigint NOT NULL,
              physical_memory_bytes bigint NOT NULL,
              physical_disk_bytes bigint NOT NULL,
              allocatable_memory_bytes bigint NOT NULL,
              reserved_cpu_millis bigint NOT NULL,
              reserved_memory_bytes bigint NOT NULL,
              reserved_disk_bytes bigint NOT NULL,
              instances integer NOT NULL,
              next_address bigint NOT NULL,
              last_event_id bigint NOT NULL
            )""";

    private static final String IPAM = """
            CREATE TABLE ipam (
              address text COLLATE "C" PRIMARY KEY,
              org_id text COLLATE "C",
              env_id text COLLATE "C",
              owner_type text COLLATE "C" NOT NULL,
              owner_id text COLLATE "C" NOT NULL,
              node_id text COLLATE "C" NOT NULL,
              allocated_at timestamptz NOT NULL,
              released_at timestamptz,
              cooldown_until timestamptz,
              last_event_id bigint NOT NULL
            )""";

    @Override
    public String name() {
        return "node_reservations";
    }

    @Override
    public int codeVersion() {
        return 2;
    }

    @Override
    public List<String> ddl() {
        return List.of(RESERVATIONS, IPAM, "CREATE INDEX ON ipam (owner_id)");
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(
                new ViewTable("node_reservations", List.of("node_id")), new ViewTable("ipam", List.of("address")));
    }

    @Override
    public boolean handles(String eventType) {
        return NODE_EVENTS.contains(eventType)
                || eventType.startsWith(CONFIG)
                || eventType.equals(InstanceEventCodec.ALLOCATED)
                || eventType.equals(InstanceEventCodec.STATUS_CHANGED);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (NODE_EVENTS.contains(event.type())) {
            setCapacity(event, tx);
            return;
        }
        if (event.type().startsWith(CONFIG)) {
            reserveAnew(event, tx);
            return;
        }
        switch (InstanceEventCodec.parse(event.type(), event.payload())) {
            case InstanceEvent.Allocated allocated -> {
                takeAddress(event, tx, allocated);
                recount(event, tx, allocated.nodeId());
            }
            case InstanceEvent.StatusChanged changed -> {
                if (changed.status() == dev.vt.scheduler.view.InstanceStatus.STOPPED) {
                    releaseAddress(event, tx);
                    recount(event, tx, nodeOf(event, tx));
                }
            }
            case InstanceEvent.DesiredStateChanged changed -> {}
        }
    }

    private static void setCapacity(StoredEvent event, Handle tx) {
        JsonNode inventory = event.payload().path("inventory");
        Resources physical = new Resources(
                inventory.path("cpu_millis").asLong(),
                inventory.path("memory_bytes").asLong(),
                inventory.path("disk_bytes").asLong());
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO node_reservations (node_id, overlay_ipv6, physical_cpu_millis, physical_memory_bytes,
                          physical_disk_bytes, allocatable_memory_bytes, reserved_cpu_millis, reserved_memory_bytes,
                          reserved_disk_bytes, instances, next_address, last_event_id)
                        VALUES (:node, :address, :cpu, :memory, :disk, :allocatable, 0, 0, 0, 0, 1, :event)
                        ON CONFLICT (node_id) DO UPDATE SET physical_cpu_millis = :cpu, physical_memory_bytes = :memory,
                          physical_disk_bytes = :disk, allocatable_memory_bytes = :allocatable, last_event_id = :event""")
                .bind("node", event.aggregate().id())
                .bind("address", event.payload().path("overlay_ipv6").asText())
                .bind("cpu", physical.cpuMillis())
                .bind("memory", physical.memoryBytes())
                .bind("disk", physical.diskBytes())
                .bind("allocatable", SchedulerSettings.allocatableMemory(ConfigWatch.asOf(tx), physical))
                .bind("event", event.eventId())
                .add();
    }

    /** Another reserve for the system is another limit on every node. */
    private static void reserveAnew(StoredEvent event, Handle tx) {
        ClusterConfig config = ConfigWatch.asOf(tx);
        record Machine(String id, Resources physical) {}
        List<Machine> machines = tx.createQuery("SELECT node_id, physical_cpu_millis, physical_memory_bytes,"
                        + " physical_disk_bytes FROM node_reservations ORDER BY node_id")
                .map((row, context) ->
                        new Machine(row.getString(1), new Resources(row.getLong(2), row.getLong(3), row.getLong(4))))
                .list();
        for (Machine machine : machines) {
            ViewWrites.of(tx)
                    .update("UPDATE node_reservations SET allocatable_memory_bytes = :allocatable,"
                            + " last_event_id = :event WHERE node_id = :node")
                    .bind("allocatable", SchedulerSettings.allocatableMemory(config, machine.physical()))
                    .bind("event", event.eventId())
                    .bind("node", machine.id())
                    .add();
        }
    }

    private static String nodeOf(StoredEvent event, Handle tx) {
        return tx.createQuery("SELECT node_id FROM instances_desired WHERE id = :id")
                .bind("id", event.aggregate().id())
                .mapTo(String.class)
                .one();
    }

    private static void recount(StoredEvent event, Handle tx, String nodeId) {
        ViewWrites.of(tx)
                .update("""
                        UPDATE node_reservations SET (reserved_cpu_millis, reserved_memory_bytes, reserved_disk_bytes,
                            instances) = (
                          SELECT coalesce(sum(d.cpu_millis), 0), coalesce(sum(d.memory_bytes + d.overhead_bytes), 0),
                            coalesce(sum(d.disk_bytes), 0), count(*)
                          FROM instances_desired d JOIN instances_status s ON s.id = d.id
                          WHERE d.node_id = :node AND NOT d.finished AND s.status <> 'stopped'),
                          last_event_id = :event
                        WHERE node_id = :node""")
                .bind("node", nodeId)
                .bind("event", event.eventId())
                .add();
    }

    private static void takeAddress(StoredEvent event, Handle tx, InstanceEvent.Allocated allocated) {
        ViewWrites.of(tx)
                .update(
                        "UPDATE node_reservations SET next_address = greatest(next_address, :next) WHERE node_id = :node")
                .bind("next", AddressBlocks.number(allocated.overlayIpv6()) + 1)
                .bind("node", allocated.nodeId())
                .add();
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO ipam (address, org_id, env_id, owner_type, owner_id, node_id, allocated_at, last_event_id)
                        VALUES (:address, :org, :env, 'instance', :owner, :node, :at, :event)
                        ON CONFLICT (address) DO UPDATE SET org_id = :org, env_id = :env, owner_id = :owner,
                          allocated_at = :at, released_at = NULL, cooldown_until = NULL, last_event_id = :event""")
                .bind("address", allocated.overlayIpv6())
                .bind("org", event.owner().orgId())
                .bind("env", event.owner().envId())
                .bind("owner", event.aggregate().id())
                .bind("node", allocated.nodeId())
                .bind("at", event.occurredAt().atOffset(ZoneOffset.UTC))
                .bind("event", event.eventId())
                .add();
    }

    private static void releaseAddress(StoredEvent event, Handle tx) {
        Duration cooldown = ConfigWatch.asOf(tx).network().addressCooldown();
        ViewWrites.of(tx)
                .update("UPDATE ipam SET released_at = :at, cooldown_until = :cooldown, last_event_id = :event"
                        + " WHERE owner_id = :owner")
                .bind("at", event.occurredAt().atOffset(ZoneOffset.UTC))
                .bind("cooldown", event.occurredAt().plus(cooldown).atOffset(ZoneOffset.UTC))
                .bind("owner", event.aggregate().id())
                .bind("event", event.eventId())
                .add();
    }
}
