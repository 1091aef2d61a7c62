package dev.vt.api.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A read of workload logs on one node (exec-and-logs.md §8).
 *
 * @param instances the instances to read
 * @param stream {@code stdout}, {@code stderr} or {@code system}; absent: all
 * @param since first timestamp, RFC 3339
 * @param until first timestamp not wanted
 * @param tailLines only the newest so many per instance; absent: from the start
 * @param contains plain substring of the line
 * @param after per instance: last {@code boot_id:seq} already read
 * @param follow go on after history
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogQuery(
        List<String> instances,
        @Nullable String stream,
        @Nullable String since,
        @Nullable String until,
        @Nullable Integer tailLines,
        @Nullable String contains,
        Map<String, String> after,
        boolean follow) {
    public LogQuery {
        instances = List.copyOf(instances);
        after = Map.copyOf(after);
    }
}
