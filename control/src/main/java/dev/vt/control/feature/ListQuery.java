package dev.vt.control.feature;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.http.Call;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.PageRequest;
import dev.vt.control.http.Reach;
import dev.vt.control.http.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * A page of a view in the order of its ids (A12, A13). Built and run by one thread.
 *
 * <pre>{@code ListQuery.of("apps").in(call.org()).filter(call, "name").live(call).page(call, handle, AppQueries::json)}</pre>
 */
public final class ListQuery {
    private final String select;
    private final StringBuilder where = new StringBuilder("TRUE");
    private final Map<String, Object> bindings = new LinkedHashMap<>();

    private ListQuery(String select) {
        this.select = select;
    }

    /** @param from a view, or a join whose columns are unambiguous, with a column {@code id} */
    public static ListQuery of(String from) {
        return new ListQuery("SELECT * FROM " + from);
    }

    /** For views of aggregates: a caller bound to less than the org sees what is in it, and the way down to it. */
    public ListQuery in(OrgScope org) {
        equal("org_id", org.orgId());
        Reach reach = org.reach();
        if (reach != null && reach.narrow()) {
            String below = "TRUE";
            below = level("env_id", reach.env(), below);
            below = level("app_id", reach.app(), below);
            below = level("project_id", reach.project(), below);
            where.append(" AND ").append(below);
        }
        return this;
    }

    private String level(String column, @Nullable String id, String below) {
        if (id == null) {
            return below;
        }
        String name = "p" + bindings.size();
        bindings.put(name, id);
        return "(" + column + " IS NULL OR (" + column + " = :" + name + " AND " + below + "))";
    }

    public ListQuery equal(String column, Object value) {
        String name = "p" + bindings.size();
        where.append(" AND ").append(column).append(" = :").append(name);
        bindings.put(name, value);
        return this;
    }

    /** One of these values; none at all matches nothing. */
    public ListQuery in(String column, Set<String> values) {
        List<String> marks = new ArrayList<>();
        for (String value : values) {
            String name = "p" + bindings.size();
            marks.add(":" + name);
            bindings.put(name, value);
        }
        where.append(marks.isEmpty() ? " AND FALSE" : " AND " + column + " IN (" + String.join(", ", marks) + ")");
        return this;
    }

    /** The query parameter of the same name as a text column; repeated means any of them. */
    public ListQuery filter(Call call, String name) {
        return filter(call, name, name);
    }

    public ListQuery filter(Call call, String parameter, String column) {
        List<String> values = call.parameters(parameter);
        if (!values.isEmpty()) {
            in(column, new TreeSet<>(values));
        }
        return this;
    }

    /** A value of a parameter that {@code from} itself uses. */
    public ListQuery bind(String name, Object value) {
        bindings.put(name, value);
        return this;
    }

    /** Without deleted rows. */
    public ListQuery live() {
        where.append(" AND deleted_at IS NULL");
        return this;
    }

    /** Without deleted rows unless {@code include_deleted=true}. */
    public ListQuery live(Call call) {
        return call.flag("include_deleted") ? this : live();
    }

    /** Runs it; the item's {@code id} is the cursor's key. */
    public Reply page(Call call, Handle handle, RowMapper<ObjectNode> mapper) {
        PageRequest page = call.page();
        String after = page.after();
        String sql = select + " WHERE " + where
                + (after == null ? "" : " AND id " + (page.descending() ? "<" : ">") + " :after") + " ORDER BY id "
                + (page.descending() ? "DESC" : "ASC") + " LIMIT :limit";
        Query query = handle.createQuery(sql).bind("limit", page.limit() + 1);
        if (after != null) {
            query.bind("after", after);
        }
        bindings.forEach(query::bind);
        List<ObjectNode> rows = query.map(mapper).list();
        if (rows.size() <= page.limit()) {
            return Reply.page(rows, null);
        }
        List<ObjectNode> items = rows.subList(0, page.limit());
        return Reply.page(items, page.cursorAfter(items.getLast().path("id").textValue()));
    }
}
