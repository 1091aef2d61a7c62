package dev.vt.agent;

import dev.vt.agent.node.AgentCommands;
import java.util.Arrays;
import java.util.List;

/** Entry of the role: {@code enroll}, {@code run}, {@code status}, {@code stop-vms}. */
public final class AgentMain {
    private AgentMain() {}

    /**
     * @param args what follows {@code vt agent}
     * @return exit code (cli.md §7)
     */
    public static int run(String[] args) {
        List<String> all = Arrays.asList(args);
        String command = all.isEmpty() ? "" : all.getFirst();
        List<String> rest = all.isEmpty() ? List.of() : all.subList(1, all.size());
        return AgentCommands.run(command, rest);
    }
}
