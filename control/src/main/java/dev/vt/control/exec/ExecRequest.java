package dev.vt.control.exec;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;

/** What a grant lets its holder run; kept encrypted until it is used. */
@JsonNaming(SnakeCaseStrategy.class)
record ExecRequest(
        String instanceId,
        String nodeId,
        List<String> command,
        boolean tty,
        int cols,
        int rows,
        boolean stdin,
        Map<String, String> env,
        int maxDurationS,
        int idleS) {
    ExecRequest {
        command = List.copyOf(command);
        env = Map.copyOf(env);
    }

    @Override
    public String toString() {
        return "ExecRequest[" + instanceId + ", redacted]";
    }
}
