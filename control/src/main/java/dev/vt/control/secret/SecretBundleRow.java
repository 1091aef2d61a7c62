package dev.vt.control.secret;

import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The bundle of an environment as the view shows it.
 *
 * @param currentVersionId what new instances get
 */
record SecretBundleRow(AggregateRow row, String currentVersionId) {
    static SecretBundleRow of(ResultSet row) throws SQLException {
        return new SecretBundleRow(AggregateRow.of(row), row.getString("current_version_id"));
    }

    static AggregateKey key(String id) {
        return new AggregateKey("secret_bundle", id);
    }
}
