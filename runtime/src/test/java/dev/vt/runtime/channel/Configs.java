package dev.vt.runtime.channel;

import java.util.List;
import java.util.Map;

/** Guest configs for tests on a plain process. */
final class Configs {
    private Configs() {}

    static GuestConfig shell(String script) {
        return of(List.of("sh", "-c", script));
    }

    static GuestConfig of(List<String> argv) {
        return with(argv, Map.of("PATH", "/usr/bin:/bin"), List.of(), false);
    }

    static GuestConfig with(
            List<String> argv, Map<String, String> vars, List<GuestConfig.Prestart> prestart, boolean secrets) {
        return new GuestConfig(
                GuestConfig.VERSION,
                InitProcess.INSTANCE,
                "web-1",
                new GuestConfig.Process(argv, "/", vars, 0, 0, List.of()),
                prestart,
                null,
                secrets,
                GuestConfig.Scratch.MEMORY,
                List.of(),
                "TERM",
                5000);
    }
}
