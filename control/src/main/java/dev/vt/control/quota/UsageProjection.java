package dev.vt.control.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What each org has → the core views {@code quota_holdings}, one row per thing and dimension, and {@code quota_usage}, their
 * sums, which the quota precondition asks. A thing that is counted already, or was never, changes nothing, so that an event may
 * come twice (S14).
 */
final class UsageProjection implements Projection {
    private static final Set<String> TAKING =
            Set.of("app.created", "env.created", "route.created", "instance.allocated", "exec_session.granted");
    private static final Set<String> FREEING =
            Set.of("app.deleted", "env.deleted", "route.deleted", "instance.status_changed", "exec_session.ended");

    private static final String HOLDINGS = """
            CREATE TABLE quota_holdings (
              holder text COLLATE "C" NOT NULL,
              dimension text COLLATE "C" NOT NULL,
              org_id text COLLATE "C" NOT NULL,
              amount bigint NOT NULL,
              shared text COLLATE "C",
              last_event_id bigint NOT NULL,
              PRIMARY KEY (holder, dimension)
            )""";

    private static final String USAGE = """
            CREATE TABLE quota_usage (
              org_id text COLLATE "C" NOT NULL,
              dimension text COLLATE "C" NOT NULL,
              used bigint NOT NULL,
              last_event_id bigint NOT NULL,
              PRIMARY KEY (org_id, dimension)
            )""";

    @Override
    public String name() {
        return "quota_usage";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return List.of(HOLDINGS, "CREATE INDEX ON quota_holdings (dimension, shared) WHERE shared IS NOT NULL", USAGE);
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(
                new ViewTable("quota_holdings", List.of("holder", "dimension")),
                new ViewTable("quota_usage", List.of("org_id", "dimension")));
    }

    @Override
    public boolean handles(String eventType) {
        return TAKING.contains(eventType) || FREEING.contains(eventType);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (TAKING.contains(event.type())) {
            taken(event).forEach((dimension, amount) -> take(event, tx, dimension, amount));
        } else if (!event.type().equals("instance.status_changed")
                || event.payload().path("status").asText().equals("stopped")) {
            free(event, tx);
        }
    }

    private static Map<Dimension, Long> taken(StoredEvent event) {
        JsonNode payload = event.payload();
        Map<Dimension, Long> out = new EnumMap<>(Dimension.class);
        switch (event.type()) {
            case "app.created" -> out.put(Dimension.MAX_APPS, 1L);
            case "env.created" -> out.put(Dimension.MAX_ENVS, 1L);
            case "exec_session.granted" -> out.put(Dimension.MAX_EXEC_SESSIONS, 1L);
            case "route.created" -> {
                out.put(Dimension.MAX_ROUTES, 1L);
                if (payload.has("hostname")) {
                    out.put(Dimension.MAX_HOSTNAMES, 1L);
                }
                if (payload.path("kind").asText().equals("tcp_raw")) {
                    out.put(Dimension.MAX_PUBLIC_PORTS, 1L);
                }
            }
            case "instance.allocated" -> {
                JsonNode resources = payload.path("resources");
                out.put(Dimension.MAX_INSTANCES, 1L);
                out.put(
                        Dimension.MAX_TOTAL_MEMORY_BYTES,
                        resources.path("memory_bytes").asLong()
                                + resources.path("overhead_bytes").asLong());
                out.put(
                        Dimension.MAX_TOTAL_CPU_MILLIS,
                        resources.path("cpu_millis").asLong());
            }
            default -> throw new IllegalArgumentException("takes nothing: " + event.type());
        }
        return out;
    }

    /** Several routes of a hostname are one hostname. */
    private static @Nullable String shared(StoredEvent event, Dimension dimension) {
        return dimension == Dimension.MAX_HOSTNAMES
                ? event.payload().path("hostname").asText()
                : null;
    }

    /** The sum grows only if the row is new and nothing shares it; the statement does not see its own row. */
    private static void take(StoredEvent event, Handle tx, Dimension dimension, long amount) {
        String org = Objects.requireNonNull(event.owner().orgId());
        String shared = shared(event, dimension);
        ViewWrites.of(tx)
                .update("""
                        WITH taken AS (
                          INSERT INTO quota_holdings VALUES (:holder, :dimension, :org, :amount, :shared, :event)
                          ON CONFLICT (holder, dimension) DO NOTHING
                          RETURNING org_id, dimension, amount, shared, last_event_id)
                        INSERT INTO quota_usage SELECT org_id, dimension, amount, last_event_id FROM taken
                        WHERE NOT EXISTS (SELECT 1 FROM quota_holdings AS other WHERE other.org_id = taken.org_id
                          AND other.dimension = taken.dimension AND other.shared = taken.shared)
                        ON CONFLICT (org_id, dimension) DO UPDATE
                        SET used = quota_usage.used + excluded.used, last_event_id = excluded.last_event_id""")
                .bind("holder", event.aggregate().id())
                .bind("dimension", dimension.text())
                .bind("org", org)
                .bind("amount", amount)
                .bind("shared", shared)
                .bind("event", event.eventId())
                .add();
    }

    private static void free(StoredEvent event, Handle tx) {
        record Holding(
                String org,
                String dimension,
                long amount,
                @Nullable String shared) {}
        List<Holding> freed = tx.createQuery("SELECT * FROM quota_holdings WHERE holder = :holder ORDER BY dimension")
                .bind("holder", event.aggregate().id())
                .map((row, context) -> new Holding(
                        row.getString("org_id"),
                        row.getString("dimension"),
                        row.getLong("amount"),
                        row.getString("shared")))
                .list();
        ViewWrites.of(tx)
                .update("DELETE FROM quota_holdings WHERE holder = :holder")
                .bind("holder", event.aggregate().id())
                .add();
        for (Holding holding : freed) {
            if (holding.shared() == null || !isShared(tx, holding.org(), holding.dimension(), holding.shared())) {
                add(event, tx, holding.org(), holding.dimension(), -holding.amount());
            }
        }
    }

    private static boolean isShared(Handle tx, String org, String dimension, String shared) {
        return tx.createQuery("""
                        SELECT EXISTS (SELECT 1 FROM quota_holdings
                        WHERE org_id = :org AND dimension = :dimension AND shared = :shared)""")
                .bind("org", org)
                .bind("dimension", dimension)
                .bind("shared", shared)
                .mapTo(Boolean.class)
                .one();
    }

    private static void add(StoredEvent event, Handle tx, String org, String dimension, long amount) {
        ViewWrites.of(tx)
                .update("""
                        INSERT INTO quota_usage VALUES (:org, :dimension, :amount, :event)
                        ON CONFLICT (org_id, dimension) DO UPDATE
                        SET used = quota_usage.used + :amount, last_event_id = :event""")
                .bind("org", org)
                .bind("dimension", dimension)
                .bind("amount", amount)
                .bind("event", event.eventId())
                .add();
    }
}
