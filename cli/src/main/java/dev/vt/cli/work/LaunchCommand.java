package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.Target;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.resource.Kind;
import dev.vt.cli.work.Starters.Starter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt launch}: from an image to an app, an environment and a manifest; overwrites nothing (C16). */
@Command(name = "launch", description = "make an app, an environment and a vt.toml from an image")
@SuppressWarnings("NullAway.Init")
public final class LaunchCommand extends VtCommand {
    @Option(names = "--image", required = true, paramLabel = "REF", description = "what to run")
    private String image;

    @Option(
            names = "--starter",
            paramLabel = "NAME",
            description = "web, worker, tcp or static; default web",
            defaultValue = "web")
    private String starter;

    @Option(names = "--name", required = true, paramLabel = "APP", description = "name of the app")
    private String name;

    @Option(names = "--no-deploy", description = "the default: launch never deploys by itself")
    @SuppressWarnings("UnusedVariable")
    private boolean noDeploy;

    @Option(names = "--dir", paramLabel = "DIR", description = "where vt.toml goes, default here")
    private @Nullable String dir;

    @Override
    protected int run(Session session) throws IOException {
        Starter template = Starters.find(starter);
        Path directory = dir == null
                ? session.shell().workingDirectory()
                : session.shell().workingDirectory().resolve(dir);
        Path manifest = directory.resolve("vt.toml");
        if (Files.exists(manifest)) {
            throw new CliException(CliError.of(
                    "conflict",
                    5,
                    "name_taken",
                    manifest.getFileName() + " is already there",
                    "vt deploy, or use --dir"));
        }
        Doc project = session.target().project();
        Doc app = ensure(
                session,
                "app",
                Kind.APP.collection().apply(session.target()),
                name,
                Map.of("name", name, "project_id", project.str("id")));
        String envName = session.globals().env == null ? "prod" : session.globals().env;
        ensure(
                session,
                "env",
                session.target().orgPath() + "/apps/" + app.str("id") + "/envs",
                envName,
                Map.of("name", envName, "protected", false));
        Files.createDirectories(directory);
        Files.writeString(manifest, template.manifest(name, project.str("name"), image), StandardOpenOption.CREATE_NEW);
        session.out().println("OK    launched " + name);
        session.out().println("      app       " + app.str("id"));
        session.out().println("      manifest  " + manifest);
        session.out().println("      next      vt secrets set KEY --app " + name + " --env " + envName);
        session.out().println("      next      vt secrets confirm --none --app " + name + " --env " + envName);
        session.out().println("      next      vt deploy --env " + envName + " --wait");
        return 0;
    }

    private static Doc ensure(Session session, String kind, String collection, String name, Map<String, Object> body) {
        try {
            return Target.lookUp(session.api(), kind, name, collection);
        } catch (CliException absent) {
            if (absent.error().exitCode() != 4) {
                throw absent;
            }
            return session.api()
                    .mutate("POST", collection, body, session.idempotencyKey(kind), "creating " + kind + " " + name)
                    .get("resource");
        }
    }
}
