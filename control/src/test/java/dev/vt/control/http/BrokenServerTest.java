package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a client is told when the server, or what it stands on, is broken. */
class BrokenServerTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    private void execute(String sql) throws SQLException {
        try (Connection connection = server.database().address().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aHaltedLogSaysSoAndReadsGoOn_S12() throws SQLException {
        server.skipVerification();
        TestClient operator = server.operator();
        String projects = "/v1/orgs/" + server.orgId() + "/projects";
        operator.post(projects, Json.object().put("name", "before"));
        execute("ALTER TABLE live.projects RENAME COLUMN name TO mane");

        TestReply first = operator.post(projects, Json.object().put("name", "after"));
        TestReply second = operator.post("/v1/orgs", Json.object().put("name", "later"));

        assertThat(first.status()).isGreaterThanOrEqualTo(500);
        // The apply thread gives up the leader's lock when it ends: whoever looks after that is told so first.
        assertThat(second.code()).isIn("apply_halted", "no_leader");
        assertThat(operator.get("/v1/orgs").status()).isEqualTo(200);
        assertThat(server.anonymous().get("/readyz").status()).isEqualTo(503);
    }

    @Test
    void aDisabledUsersTokenIsDead() {
        TestClient operator = server.operator();
        String user = server.bootstrapped().userId();
        server.control()
                .system()
                .asSystem(
                        "test",
                        draft -> draft.append(new NewEvent(
                                new AggregateKey("user", user), "user.disabled", Owner.NONE, Json.object())));

        assertThat(operator.get("/v1/orgs").code()).isEqualTo("user_disabled");
    }
}
