package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.Target;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.work.Starters.Starter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt launch}: from an image to an app, an environment and a manifest; overwrites nothing (C16). */
@Command(name = "launch", description = "begin: make an app, an environment and a vt.toml from an image")
@SuppressWarnings("NullAway.Init")
public final class LaunchCommand extends VtCommand {
    @Option(
            names = "--image",
            required = true,
            paramLabel = "REF",
            description = "image to run, for example registry.example.com/shop:1")
    private String image;

    @Option(
            names = "--starter",
            paramLabel = "NAME",
            description = "which manifest to begin with, see vt starters list; default web",
            defaultValue = "web")
    private String starter;

    @Option(names = "--name", required = true, paramLabel = "APP", description = "name of the app")
    private String name;

    @Option(names = "--no-deploy", description = "accepted for scripts: launch never deploys by itself")
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
                    "conflict", 5, "name_taken", manifest.getFileName() + " is already there", "vt deploy"));
        }
        Doc project = session.target().project();
        Doc app = ensure(
                session,
                "app",
                ApiClient.path(session.target().orgPath() + "/apps", "project_id", project.str("id")),
                session.target().orgPath() + "/apps",
                name,
                Map.of("name", name, "project_id", project.str("id")));
        String envName = session.globals().env == null ? "prod" : session.globals().env;
        String envs = session.target().orgPath() + "/apps/" + app.str("id") + "/envs";
        Doc env = ensure(session, "env", envs, envs, envName, Map.of("name", envName, "protected", false));
        Files.createDirectories(directory);
        Files.writeString(manifest, template.manifest(name, project.str("name"), image), StandardOpenOption.CREATE_NEW);
        print(session, app, env, manifest);
        return 0;
    }

    private void print(Session session, Doc app, Doc env, Path manifest) {
        String target = " --app " + name + " --env " + env.str("name");
        List<Receipt.Next> next = List.of(
                new Receipt.Next("secrets", "vt secrets set KEY" + target),
                new Receipt.Next("secrets", "vt secrets confirm --none" + target),
                new Receipt.Next(
                        "deploy",
                        "vt deploy --env " + env.str("name") + (dir == null ? "" : " --manifest " + dir + "/vt.toml")
                                + " --wait"));
        if (session.globals().isIds()) {
            session.out().println(app.str("id"));
            return;
        }
        if (session.globals().isJson()) {
            session.print(
                    "vt.launch/v1",
                    "item",
                    Map.of(
                            "app",
                            app,
                            "env",
                            env,
                            "manifest",
                            manifest.toString(),
                            "next",
                            next.stream()
                                    .map(step -> Map.of("label", step.label(), "command", step.command()))
                                    .toList()));
            return;
        }
        session.out().println("OK    launched " + name);
        session.out().println("      app       " + app.str("id"));
        session.out().println("      env       " + env.str("id"));
        session.out().println("      manifest  " + manifest);
        next.forEach(step -> session.out().println("      next      " + step.command()));
    }

    private static Doc ensure(
            Session session, String kind, String lookIn, String collection, String name, Map<String, Object> body) {
        try {
            return Target.lookUp(session.api(), kind, name, lookIn);
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
