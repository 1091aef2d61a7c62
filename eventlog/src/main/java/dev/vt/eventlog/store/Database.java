package dev.vt.eventlog.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.vt.eventlog.ViewWrites;
import dev.vt.eventlog.postgres.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementException;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.postgres.PostgresPlugin;

/** Connections of one database: each works as {@code vt_app}, in UTC, on the schema it was opened for. Thread-safe. */
final class Database implements AutoCloseable {
    static final String LIVE = "live";
    private static final Set<String> ALREADY_THERE = Set.of("42710", "23505");

    private final Jdbi direct;
    private final Jdbi pooled;
    private final HikariDataSource pool;

    private Database(Jdbi direct, Jdbi pooled, HikariDataSource pool) {
        this.direct = direct;
        this.pooled = pooled;
        this.pool = pool;
    }

    /** Creates or migrates the log's tables as the address' user, then opens the read pool. */
    static Database open(PostgresAddress address, int readConnections) {
        prepare(address);
        HikariConfig config = new HikariConfig();
        config.setDataSource(address.dataSource());
        config.setPoolName("vt-views");
        config.setMaximumPoolSize(readConnections);
        config.setMinimumIdle(Math.min(2, readConnections));
        config.setReadOnly(true);
        // Of the session, so that a read does not spend two more round trips on setting it.
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
        config.setConnectionInitSql(session(LIVE));
        HikariDataSource pool = new HikariDataSource(config);
        return new Database(
                jdbi(Jdbi.create(address.dataSource())).installPlugin(ViewWrites.plugin()),
                jdbi(Jdbi.create(pool)),
                pool);
    }

    private static Jdbi jdbi(Jdbi jdbi) {
        jdbi.installPlugin(new PostgresPlugin());
        jdbi.configure(StatementExceptions.class, config -> config.setMessageRendering(Database::withoutArguments));
        return jdbi;
    }

    /** What went wrong in which statement, without the values that were bound: they may be ciphertext (S3). */
    private static String withoutArguments(StatementException e) {
        StatementContext context = e.getStatementContext();
        return e.getShortMessage() + (context == null ? "" : " [" + context.getRawSql() + "]");
    }

    private static String session(String searchPath) {
        return "SET ROLE vt_app; SET TIME ZONE 'UTC'; SET search_path TO " + searchPath;
    }

    private static void prepare(PostgresAddress address) {
        try (Connection connection = address.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            try {
                statement.execute("CREATE ROLE vt_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE");
            } catch (SQLException e) {
                // Roles are shared by all databases of a server; another one may have made it.
                if (!ALREADY_THERE.contains(e.getSQLState())) {
                    throw e;
                }
            }
            statement.execute("GRANT vt_app TO CURRENT_USER");
            statement.execute("DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO vt_app',"
                    + " current_database()); END $$");
        } catch (SQLException e) {
            throw new EventStoreException("could not prepare the database's role vt_app", e);
        }
        Flyway.configure()
                .dataSource(address.dataSource())
                .schemas("log")
                .defaultSchema("log")
                .locations("classpath:dev/vt/eventlog/migrations")
                .loggers("slf4j")
                .load()
                .migrate();
    }

    /**
     * Apply reads and writes by key. A statement that is prepared while a table is small and not analysed would scan it, and go on
     * scanning it as it grows: PostgreSQL makes such a plan once and keeps it.
     */
    private static final String BY_KEY = "; SET enable_seqscan = off; SET jit = off";

    /** A connection of its own, outside of the pool; the caller closes it. */
    Handle connect(String searchPath) {
        Handle handle = direct.open();
        try {
            handle.execute(session(searchPath) + BY_KEY);
            return handle;
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    /**
     * Keeps the tables of views from being swapped until the transaction ends. Must be its first statement: LOCK takes no
     * snapshot, so the transaction's snapshot is then no older than the tables it will find. Being everybody's first lock, it
     * also keeps readers and a swap from waiting for each other.
     */
    static void holdViews(Handle tx) {
        tx.execute("LOCK TABLE log.view_swap IN ACCESS SHARE MODE");
    }

    /** The other side of {@link #holdViews}: waits for those who read, at most {@code lock_timeout}. */
    static void swapViews(Handle tx) {
        tx.execute("SET LOCAL lock_timeout = '2s'");
        tx.execute("LOCK TABLE log.view_swap IN ACCESS EXCLUSIVE MODE");
    }

    /** The bounded pool of read-only connections on the live views. */
    Jdbi views() {
        return pooled;
    }

    @Override
    public void close() {
        pool.close();
    }
}
