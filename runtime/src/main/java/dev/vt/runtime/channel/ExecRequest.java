package dev.vt.runtime.channel;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;

/**
 * A command to run beside the workload, as its user, in its directory and with its variables (EX9).
 *
 * @param argv 1 to 64 elements
 * @param tty a terminal of {@code cols} × {@code rows}, or three pipes
 * @param env added to the workload's variables
 * @param stdin false: standard input is empty
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ExecRequest(List<String> argv, boolean tty, int cols, int rows, Map<String, String> env, boolean stdin) {
    public ExecRequest {
        argv = List.copyOf(argv);
        env = Map.copyOf(env);
    }
}
