package dev.vt.simulation.load;

import java.util.List;

/**
 * What clients work on.
 *
 * @param registers apps, fresh
 * @param event after which all of them are there; clients have seen it (state.md S16)
 */
public record Scene(String org, List<String> registers, long event) {
    public Scene {
        registers = List.copyOf(registers);
    }
}
