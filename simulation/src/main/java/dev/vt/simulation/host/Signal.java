package dev.vt.simulation.host;

import java.util.ArrayList;
import java.util.List;

/** Signals to processes, all at once. */
enum Signal {
    KILL,
    STOP,
    CONT;

    void send(List<Long> pids) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name()));
        pids.forEach(pid -> command.add(Long.toString(pid)));
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
