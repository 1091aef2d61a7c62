package dev.vt.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a manifest, or (a code that starts with {@code W}) doubtful about it.
 *
 * @param path {@code processes.web.health.port}; empty for the file
 * @param line from 1
 * @param column from 1, of the key
 * @param message a sentence without the place; never a variable's value
 * @param nearest the known name that was probably meant
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Finding(
        FindingCode code,
        String path,
        int line,
        int column,
        String message,
        @Nullable String nearest) {
    static final Comparator<Finding> IN_ORDER = Comparator.comparingInt(Finding::line)
            .thenComparingInt(Finding::column)
            .thenComparing(Finding::code)
            .thenComparing(Finding::path);
}
