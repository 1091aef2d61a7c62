package dev.vt.eventlog.store;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** Statements without arguments, sent in one round trip. They are not searched for arguments, which costs more than running them. */
final class Ddl {
    private Ddl() {}

    static void run(Handle tx, List<String> statements) {
        if (!statements.isEmpty()) {
            tx.createUpdate(String.join(";\n", statements))
                    .configure(SqlStatements.class, config -> config.setSqlParser(new Verbatim()))
                    .execute();
        }
    }

    private static final class Verbatim implements SqlParser {
        @Override
        public ParsedSql parse(String sql, StatementContext context) {
            return ParsedSql.builder().append(sql).build();
        }

        @Override
        public String nameParameter(String rawName, StatementContext context) {
            throw new UnsupportedOperationException("these statements have no parameters");
        }
    }
}
