package dev.vt.eventlog.postgres;

import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a database is and how to get in.
 *
 * @param url {@code jdbc:postgresql://host:port/database}, without credentials
 * @param password not shown by {@link #toString}
 */
public record PostgresAddress(String url, String user, String password) {
    private static final int CONNECT_TIMEOUT_SECONDS = 10;

    public PostgresAddress {
        if (!url.startsWith("jdbc:postgresql:") || url.contains("password=")) {
            throw new IllegalArgumentException("a PostgreSQL URL starts with jdbc:postgresql: and holds no password");
        }
    }

    static PostgresAddress loopback(int port, String database, String user, String password) {
        return new PostgresAddress("jdbc:postgresql://127.0.0.1:" + port + "/" + database, user, password);
    }

    /** Of {@code postgresql://user:password@host:port/database}. */
    public static PostgresAddress of(URI url) {
        String[] userInfo =
                url.getUserInfo() == null ? new String[] {"postgres", ""} : (url.getUserInfo() + ":").split(":", -1);
        int port = url.getPort() < 0 ? 5432 : url.getPort();
        return new PostgresAddress(
                "jdbc:postgresql://" + url.getHost() + ":" + port + url.getPath(), userInfo[0], userInfo[1]);
    }

    /** Opens a new connection at each call; pooling is the caller's business. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
        source.setTcpKeepAlive(true);
        source.setApplicationName("vt");
        // Details of errors quote the values of rows, which may be ciphertext or somebody's data.
        source.setLogServerErrorDetail(false);
        return source;
    }

    Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    @Override
    public String toString() {
        return "PostgresAddress[url=" + url + ", user=" + user + "]";
    }
}
