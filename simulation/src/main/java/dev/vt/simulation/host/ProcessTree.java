package dev.vt.simulation.host;

import java.util.ArrayList;
import java.util.List;

/** Signals to a process, or to it and all that it started. */
final class ProcessTree {
    private ProcessTree() {}

    static void signal(ProcessHandle root, String signal, boolean withChildren) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal, Long.toString(root.pid())));
        if (withChildren) {
            root.descendants().forEach(child -> command.add(Long.toString(child.pid())));
        }
        try {
            Command.run(command);
        } catch (HostException e) {
            // One of them has ended meanwhile; that the others got it, the caller sees.
            if (!String.valueOf(e.getMessage()).contains("No such process")) {
                throw e;
            }
        }
    }
}
