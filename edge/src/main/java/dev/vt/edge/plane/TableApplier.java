package dev.vt.edge.plane;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.relay.Relay;
import dev.vt.edge.table.InvalidTableException;
import dev.vt.edge.table.LiveState;
import dev.vt.edge.table.RoutingTable;
import dev.vt.edge.table.TableCompiler;
import dev.vt.edge.table.TableStore;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks tables, puts them in force and keeps them. Used by one thread at a time. */
public final class TableApplier {
    private static final Logger log = LoggerFactory.getLogger(TableApplier.class);
    private static final ObjectReader ROUTES = reader(EdgeTable.Route.class);
    private static final ObjectReader SETTINGS = reader(EdgeTable.Settings.class);

    private static final byte[] NONE = new byte[0];

    private final Relay relay;
    private final LiveState live;
    private final TableCompiler compiler;
    private final TableStore store;
    private final Observer observer;
    private volatile byte[] inForce = NONE;
    private volatile byte[] refused = NONE;

    /** Newer servers may say more than this edge knows. */
    private static ObjectReader reader(Class<?> type) {
        return Json.MAPPER
                .readerFor(type)
                .without(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** Told of each table once it is decided. */
    @FunctionalInterface
    public interface Observer {
        /** @param nanos that it took, of a refused one to be refused */
        void applied(boolean inForce, long nanos);
    }

    public TableApplier(EdgeIdentity identity, Relay relay, TableStore store, Observer observer) {
        this.relay = relay;
        this.live = new LiveState();
        this.compiler = new TableCompiler(identity.edgeId(), identity.clusterId(), live);
        this.store = store;
        this.observer = observer;
    }

    /**
     * What became of a table.
     *
     * @param rejection why it was refused; the old one stays in force (C2)
     */
    public record Outcome(long revision, Optional<String> rejection) {}

    /** Puts the newest good table of earlier runs in force. @return its revision, 0 if there is none */
    public long restore() throws IOException {
        for (byte[] json : store.load()) {
            long start = System.nanoTime();
            try {
                RoutingTable table = compile(json);
                putInForce(table, json);
                observer.applied(true, System.nanoTime() - start);
                log.info(
                        "saved table in force revision={} routes={}",
                        table.revision(),
                        table.routes().count());
                return table.revision();
            } catch (InvalidTableException e) {
                log.warn("saved table is not usable", e);
            }
        }
        return 0;
    }

    /**
     * Applies a table from a server. An older one than that in force changes nothing; one of the same revision may say more,
     * because a server reads the revision before the routes.
     */
    public Outcome apply(byte[] json) {
        long start = System.nanoTime();
        RoutingTable table;
        try {
            table = compile(json);
        } catch (InvalidTableException e) {
            refused = json;
            observer.applied(false, System.nanoTime() - start);
            log.error("table refused, the old one stays reason={}", e.getMessage());
            return new Outcome(relay.table().revision(), Optional.of(String.valueOf(e.getMessage())));
        }
        if (table.revision() < relay.table().revision()) {
            return new Outcome(relay.table().revision(), Optional.empty());
        }
        try {
            // First: whoever has been served by a table is served by it after a crash as well.
            store.save(table.revision(), json);
        } catch (IOException e) {
            log.error("table could not be saved, it is put in force all the same revision={}", table.revision(), e);
        }
        putInForce(table, json);
        observer.applied(true, System.nanoTime() - start);
        log.info(
                "table in force revision={} routes={} took_ms={}",
                table.revision(),
                table.routes().count(),
                Duration.ofNanos(System.nanoTime() - start).toMillis());
        return new Outcome(table.revision(), Optional.empty());
    }

    /** What is desired and not in force, because it was refused; empty if the newest table is in force. May be called by any thread. */
    public List<String> differences() {
        byte[] desired = refused;
        return desired.length == 0 ? List.of() : TableDiff.of(inForce, desired);
    }

    private void putInForce(RoutingTable table, byte[] json) {
        relay.apply(table);
        inForce = json;
        refused = NONE;
        live.retain(table);
    }

    /** Route by route: a table of thousands is never there twice. */
    private RoutingTable compile(byte[] json) {
        TableCompiler.Draft draft = compiler.begin();
        String cluster = "";
        long revision = -1;
        EdgeTable.Settings settings = null;
        boolean withdrawn = false;
        try (JsonParser parser = Json.MAPPER.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidTableException("not an edge table");
            }
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "cluster_id" -> cluster = parser.getValueAsString("");
                    case "revision" -> revision = parser.getLongValue();
                    case "settings" -> settings = SETTINGS.readValue(parser);
                    case "withdrawn" -> withdrawn = parser.getValueAsBoolean(false);
                    case "routes" -> addRoutes(draft, parser);
                    // Newer servers may say more than this edge knows.
                    default -> parser.skipChildren();
                }
            }
            if (revision < 0 || parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new InvalidTableException("not an edge table");
            }
        } catch (IOException e) {
            throw new InvalidTableException("not an edge table", e);
        }
        return draft.finish(cluster, revision, settings, withdrawn);
    }

    private static void addRoutes(TableCompiler.Draft draft, JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new InvalidTableException("not an edge table");
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            EdgeTable.Route route = ROUTES.readValue(parser);
            draft.add(route);
        }
    }
}
