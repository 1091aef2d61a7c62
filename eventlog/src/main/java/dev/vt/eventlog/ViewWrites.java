package dev.vt.eventlog;

import dev.vt.eventlog.apply.Arguments;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.spi.JdbiPlugin;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.DelegatingTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionHandler;
import org.jspecify.annotations.Nullable;

/**
 * Writes of views whose result nobody reads: they wait and go to the database together, so that a view costs no round trip per
 * event. They are sent before any other statement of the handle, before its commit, and when {@value #MOST} wait; nobody can
 * tell that they waited. A rollback forgets them. One per handle; used by the handle's thread.
 *
 * <p><b>Architecture Invariant:</b> the same rows whatever was sent with what. Only writes to different tables that read no
 * other change places ({@link WriteText}).
 */
public final class ViewWrites implements StatementBuilder {
    /** How many may wait. */
    public static final int MOST = 1000;

    /** So many are one statement with all of them in their order: one trip whatever they are. */
    private static final int FEW = 8;

    /** More texts than a program has. */
    private static final int TEXTS = 2000;

    private record Author(String projection, StoredEvent event) {}

    private record Write(
            WriteText text,
            @Nullable Author author,
            @Nullable Object[] arguments) {}

    private final Handle handle;
    private final StatementBuilder statements;
    private final Map<String, WriteText> texts = new HashMap<>();
    private List<Write> waiting = new ArrayList<>();
    private @Nullable Author author;
    private int most = MOST;
    private boolean unclear;

    private ViewWrites(Handle handle, StatementBuilder statements) {
        this.handle = handle;
        this.statements = statements;
    }

    /** @throws IllegalStateException if the handle is not one that writes views */
    public static ViewWrites of(Handle tx) {
        if (tx.getStatementBuilder() instanceof ViewWrites writes) {
            return writes;
        }
        throw new IllegalStateException("views are not written with this handle");
    }

    /** Makes every handle one that writes views. */
    public static JdbiPlugin plugin() {
        return new Plugin();
    }

    /**
     * Runs the statement before anybody could see that it has not run.
     *
     * @param sql from a bounded set of texts, with a question mark per argument
     * @param arguments text, numbers, times, bytes, booleans, or an array of one of them
     */
    public void add(String sql, @Nullable Object... arguments) {
        add(text(sql), arguments);
    }

    /** As {@link #add}, with arguments that have names: {@code :name} in the text, each bound, then {@link Named#add}. */
    public Named update(String sql) {
        return new Named(text(sql));
    }

    /** A write that gets its arguments. */
    public final class Named {
        private final WriteText text;
        private final Map<String, @Nullable Object> values = new HashMap<>();

        private Named(WriteText text) {
            this.text = text;
        }

        public Named bind(String name, @Nullable Object value) {
            values.put(name, value);
            return this;
        }

        public void add() {
            List<String> names = text.names();
            @Nullable Object[] arguments = new @Nullable Object[names.size()];
            for (int i = 0; i < arguments.length; i++) {
                if (!values.containsKey(names.get(i))) {
                    throw new IllegalStateException("not bound: " + names.get(i));
                }
                arguments[i] = values.get(names.get(i));
            }
            ViewWrites.this.add(text, arguments);
        }
    }

    private WriteText text(String sql) {
        if (texts.size() >= TEXTS) {
            texts.clear();
        }
        return texts.computeIfAbsent(sql, WriteText::new);
    }

    private void add(WriteText text, @Nullable Object... arguments) {
        if (!handle.isInTransaction()) {
            throw new IllegalStateException("views are written in a transaction");
        }
        waiting.add(new Write(text, author, arguments));
        if (waiting.size() >= most) {
            send();
        }
    }

    /**
     * Lets a projection write what it makes of an event.
     *
     * @throws ApplyHaltedException if it fails, or writes do that were waiting (S12)
     */
    public void project(Projection projection, StoredEvent event) {
        author = new Author(projection.name(), event);
        try {
            projection.apply(event, handle);
        } catch (ApplyHaltedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ApplyHaltedException(failed(author), e);
        } finally {
            author = null;
        }
    }

    /**
     * Runs work that is one or more whole transactions. If writes fail that were sent together, it runs once more with each sent
     * at once, so that the exception names projection and event.
     */
    public static <T> T naming(Handle handle, Supplier<T> work) {
        ViewWrites writes = of(handle);
        writes.unclear = false;
        try {
            return work.get();
        } catch (ApplyHaltedException e) {
            if (!writes.unclear) {
                throw e;
            }
            writes.most = 1;
            try {
                return work.get();
            } catch (ApplyHaltedException named) {
                throw named;
            } catch (RuntimeException other) {
                e.addSuppressed(other);
                throw e;
            } finally {
                writes.most = MOST;
            }
        }
    }

    /** Runs whole transactions whose writes are sent each when it is added. */
    public static void each(Handle handle, Runnable work) {
        ViewWrites writes = of(handle);
        writes.most = 1;
        try {
            work.run();
        } finally {
            writes.most = MOST;
        }
    }

    /** Sends what waits. @throws ApplyHaltedException if it fails */
    public void send() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Write> writes = waiting;
        waiting = new ArrayList<>();
        if (writes.size() <= FEW) {
            sendAsOne(writes);
            return;
        }
        Map<String, List<Write>> tables = new LinkedHashMap<>();
        for (Write write : writes) {
            String table = write.text().table();
            if (table == null) {
                tables.values().forEach(this::sendRuns);
                tables.clear();
                sendRun(List.of(write));
            } else {
                tables.computeIfAbsent(table, name -> new ArrayList<>()).add(write);
            }
        }
        tables.values().forEach(this::sendRuns);
    }

    private void sendAsOne(List<Write> writes) {
        String sql = writes.size() == 1
                ? writes.getFirst().text().sql()
                : writes.stream().map(write -> write.text().sql()).collect(Collectors.joining(";\n"));
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            int bound = 0;
            for (Write write : writes) {
                bound = Arguments.bind(statement, bound, write.arguments());
            }
            statement.execute();
        } catch (SQLException e) {
            throw halted(writes, sql, e);
        }
    }

    /** Writes to one table, in their order: neighbours with the same text go together. */
    private void sendRuns(List<Write> writes) {
        int start = 0;
        for (int end = 1; end <= writes.size(); end++) {
            if (end == writes.size()
                    || writes.get(end).text() != writes.get(start).text()) {
                sendRun(writes.subList(start, end));
                start = end;
            }
        }
    }

    private void sendRun(List<Write> run) {
        WriteText text = run.getFirst().text();
        if (run.size() > FEW && text.sizes().size() > 1) {
            Optional<WriteColumns> columns =
                    WriteColumns.of(run.stream().map(Write::arguments).toList());
            if (columns.isPresent()) {
                sendColumns(text.ofColumns(columns.get().types()), run, columns.get());
                return;
            }
        }
        int sent = 0;
        for (int rows : text.sizes()) {
            int whole = (run.size() - sent) / rows * rows;
            if (whole > 0) {
                sendRows(text.of(rows), run.subList(sent, sent + whole), rows);
                sent += whole;
            }
        }
    }

    private void sendRows(String sql, List<Write> writes, int rows) {
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            for (int i = 0; i < writes.size(); i += rows) {
                int bound = 0;
                for (Write write : writes.subList(i, i + rows)) {
                    bound = Arguments.bind(statement, bound, write.arguments());
                }
                statement.addBatch();
            }
            statement.executeBatch();
        } catch (SQLException e) {
            throw halted(writes, sql, e);
        }
    }

    private void sendColumns(String sql, List<Write> writes, WriteColumns columns) {
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            Arguments.bind(statement, 0, columns.arrays());
            statement.execute();
        } catch (SQLException e) {
            throw halted(writes, sql, e);
        }
    }

    private RuntimeException halted(List<Write> writes, String sql, SQLException e) {
        // Without what was bound: it may be somebody's data (S3).
        UnableToExecuteStatementException cause =
                new UnableToExecuteStatementException("view not written [" + sql + "]", e, null);
        List<Author> authors = new ArrayList<>();
        for (Write write : writes) {
            if (write.author() != null && !authors.contains(write.author())) {
                authors.add(write.author());
            }
        }
        if (authors.isEmpty()) {
            return cause;
        }
        if (authors.size() == 1) {
            return new ApplyHaltedException(failed(authors.getFirst()), cause);
        }
        unclear = true;
        TreeSet<String> names = new TreeSet<>();
        authors.forEach(one -> names.add(one.projection()));
        return new ApplyHaltedException(
                "projection " + String.join(" or ", names) + " failed on an event from "
                        + authors.getFirst().event().eventId() + " to "
                        + authors.getLast().event().eventId(),
                cause);
    }

    private static String failed(Author author) {
        return "projection " + author.projection() + " failed on event "
                + author.event().eventId() + " " + author.event().type();
    }

    private void forget() {
        waiting.clear();
    }

    // Every statement of Jdbi comes by here before it runs.

    @Override
    public Statement create(Connection connection, StatementContext context) throws SQLException {
        send();
        return statements.create(connection, context);
    }

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context) throws SQLException {
        send();
        return statements.create(connection, sql, context);
    }

    @Override
    public CallableStatement createCall(Connection connection, String sql, StatementContext context)
            throws SQLException {
        send();
        return statements.createCall(connection, sql, context);
    }

    @Override
    public void close(Connection connection, String sql, Statement statement) throws SQLException {
        statements.close(connection, sql, statement);
    }

    @Override
    public void close(Connection connection) {
        statements.close(connection);
    }

    private static final class Plugin implements JdbiPlugin {
        @Override
        public void customizeJdbi(Jdbi jdbi) {
            jdbi.setTransactionHandler(new Transactions(jdbi.getTransactionHandler()));
        }

        @Override
        public Handle customizeHandle(Handle handle) {
            return handle.setStatementBuilder(new ViewWrites(handle, handle.getStatementBuilder()));
        }
    }

    /** A transaction ends with nothing left waiting. */
    private static final class Transactions extends DelegatingTransactionHandler {
        Transactions(TransactionHandler plain) {
            super(plain);
        }

        @Override
        public void begin(Handle handle) {
            of(handle).forget();
            super.begin(handle);
        }

        @Override
        public void commit(Handle handle) {
            of(handle).send();
            super.commit(handle);
        }

        @Override
        public void rollback(Handle handle) {
            of(handle).forget();
            super.rollback(handle);
        }

        @Override
        public void savepoint(Handle handle, String name) {
            of(handle).send();
            super.savepoint(handle, name);
        }

        @Override
        public void rollbackToSavepoint(Handle handle, String name) {
            of(handle).forget();
            super.rollbackToSavepoint(handle, name);
        }
    }
}
