package dev.vt.cli.local;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code vt version}: of the program, the API it speaks and the schemas it knows (C17). */
@Command(name = "version", description = "print the versions of this program and of what it speaks")
public final class VersionCommand extends VtCommand {
    public static final String VERSION = "0.1.0";

    @Override
    protected int run(Session session) {
        if (session.globals().isJson()) {
            session.print(
                    "vt.version/v1",
                    "item",
                    Map.of("cli", VERSION, "api", "v1", "manifest_schema", "v1", "secrets_format", "platform_env_v1"));
        } else {
            session.out().println("vt " + VERSION + " (api v1, manifest v1)");
        }
        return 0;
    }
}
