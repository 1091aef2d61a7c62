package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.cli.core.Globals;
import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Shell;
import dev.vt.cli.roles.RoleCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * C17, C18: the tree of commands against {@code commands.txt}, both ways. The file has a line for each command with its own flags,
 * and says which commands of the contract are not there yet.
 */
class CommandTreeTest {
    private static final Path CONTRACT = Path.of(System.getProperty("vt.root"), "cli/src/test/contract/commands.txt");
    private static final boolean WRITE = Boolean.getBoolean("vt.golden.write");

    @TempDir
    Path home;

    private static CommandLine tree() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new CommandTree(
                        new Shell(
                                nowhere,
                                nowhere,
                                new ByteArrayInputStream(new byte[0]),
                                Map.of(),
                                Path.of(""),
                                Clock.systemUTC(),
                                () -> "key-1",
                                Shell.Terminals.NONE,
                                new Interrupts(),
                                (role, args) -> 0),
                        "")
                .build();
    }

    /** Every command by its words, with its own flags. */
    private static Map<String, Set<String>> commands() {
        Map<String, Set<String>> found = new TreeMap<>();
        collect(tree(), "", found);
        return found;
    }

    private static void collect(CommandLine command, String path, Map<String, Set<String>> into) {
        command.getSubcommands().forEach((name, sub) -> {
            String words = (path + " " + name).strip();
            Set<String> flags = new TreeSet<>();
            for (OptionSpec option : sub.getCommandSpec().options()) {
                if (!globals().contains(option.longestName()) && !option.usageHelp()) {
                    flags.add(option.longestName());
                }
            }
            into.put(words, flags);
            collect(sub, words, into);
        });
    }

    private static Set<String> globals() {
        return Arrays.stream(Globals.class.getFields())
                .map(field -> field.getAnnotation(Option.class))
                .filter(option -> option != null)
                .flatMap(option -> Stream.of(option.names()))
                .collect(Collectors.toSet());
    }

    @Test
    void globalFlagsAreThoseOfTheContract_C17() {
        assertThat(globals())
                .containsExactlyInAnyOrder(
                        "--org",
                        "--project",
                        "--app",
                        "--env",
                        "--context",
                        "--server",
                        "--format",
                        "--json",
                        "--no-color",
                        "--no-input",
                        "--yes",
                        "--idempotency-key",
                        "--timeout",
                        "--verbose",
                        "--debug");
    }

    @Test
    void commandsAndFlagsAreThoseOfTheContract_C18() throws IOException {
        List<String> actual = commands().entrySet().stream()
                .map(command -> (command.getKey() + " " + String.join(" ", command.getValue())).strip())
                .toList();
        List<String> lines = Files.readAllLines(CONTRACT);
        if (WRITE) {
            List<String> kept = lines.stream()
                    .filter(line -> line.startsWith("#") || line.startsWith("not yet:"))
                    .toList();
            Files.write(CONTRACT, Stream.concat(kept.stream(), actual.stream()).toList());
            lines = Files.readAllLines(CONTRACT);
        }
        assertThat(actual)
                .containsExactlyElementsOf(lines.stream()
                        .filter(line -> !line.startsWith("#") && !line.startsWith("not yet:"))
                        .toList());
    }

    /** A command that came belongs off the list of those that are missing. */
    @Test
    void whatIsNotYetThereIsNotThere_C18() throws IOException {
        Set<String> there = commands().keySet();
        assertThat(notYet()).isNotEmpty().noneMatch(there::contains);
    }

    /** Each word of cli.md §3 is either a command or on the list of those to come. */
    @Test
    void everyCommandOfTheContractIsThereOrToCome_C18() throws IOException {
        Set<String> known = new HashSet<>(commands().keySet());
        known.addAll(notYet());
        assertThat(known)
                .contains(
                        "launch",
                        "deploy",
                        "apply",
                        "plan",
                        "diff",
                        "status",
                        "rollback",
                        "scale",
                        "restart",
                        "exec",
                        "exec revoke",
                        "ssh",
                        "port-forward",
                        "logs tail",
                        "logs query",
                        "events tail",
                        "events query",
                        "describe",
                        "wait",
                        "orgs",
                        "projects",
                        "apps",
                        "envs protect",
                        "envs unprotect",
                        "members",
                        "service-principals",
                        "quotas",
                        "usage",
                        "audit",
                        "releases diff",
                        "releases promote",
                        "deploys",
                        "processes",
                        "instances restart",
                        "instances diagnose",
                        "routes",
                        "endpoints",
                        "ipv4",
                        "egress",
                        "network-policies",
                        "secrets set",
                        "secrets unset",
                        "secrets import",
                        "secrets list",
                        "secrets validate",
                        "secrets preview",
                        "secrets render",
                        "secrets rotate",
                        "secrets rollback",
                        "secrets versions",
                        "secrets status",
                        "secrets confirm",
                        "volumes",
                        "snapshots",
                        "backups",
                        "restores",
                        "exec-sessions",
                        "dev",
                        "server",
                        "agent",
                        "edge",
                        "cluster",
                        "config",
                        "tokens",
                        "nodes",
                        "edges",
                        "vms",
                        "templates",
                        "networks",
                        "pools",
                        "disks",
                        "policies",
                        "users",
                        "operations",
                        "placement",
                        "rebalance",
                        "ipam",
                        "overlay",
                        "explain-path",
                        "kernel",
                        "admin keys",
                        "bench boot",
                        "runbook",
                        "sites",
                        "site-hosts",
                        "jobs",
                        "auth login",
                        "auth logout",
                        "auth status",
                        "auth tokens list",
                        "auth tokens create",
                        "auth tokens revoke",
                        "context list",
                        "context show",
                        "context create",
                        "context use",
                        "context delete",
                        "settings list",
                        "settings get",
                        "settings set",
                        "settings path",
                        "manifest validate",
                        "manifest fmt",
                        "manifest show",
                        "manifest schema",
                        "starters list",
                        "starters show",
                        "doctor",
                        "completion",
                        "api",
                        "debug",
                        "version",
                        "ui");
    }

    private static Set<String> notYet() throws IOException {
        return Files.readAllLines(CONTRACT).stream()
                .filter(line -> line.startsWith("not yet:"))
                .flatMap(line -> Stream.of(line.substring("not yet:".length()).split(",")))
                .map(String::strip)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<String> leaves() {
        return commands().keySet().stream().filter(words -> !RoleCommand.ABOUT.containsKey(words));
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void everyCommandExplainsItself(String words) {
        Invocation done = Invocation.run("http://127.0.0.1:1", home, "", List.of((words + " --help").split(" ")));
        assertThat(done.exit()).as(done.err()).isZero();
        assertThat(done.out()).contains("Usage: vt ");
    }

    @Test
    void everyCommandAndFlagSaysWhatItDoes() {
        check(tree(), "vt");
    }

    private static void check(CommandLine command, String words) {
        CommandSpec spec = command.getCommandSpec();
        assertThat(String.join(" ", spec.usageMessage().description()))
                .as(words)
                .contains(" ");
        spec.options()
                .forEach(option -> assertThat(String.join(" ", option.description()))
                        .as(words + " " + option.longestName())
                        .isNotBlank());
        spec.positionalParameters()
                .forEach(argument -> assertThat(String.join(" ", argument.description()))
                        .as(words + " " + argument.paramLabel())
                        .isNotBlank());
        command.getSubcommands().forEach((name, sub) -> check(sub, words + " " + name));
    }

    @ParameterizedTest
    @MethodSource("roles")
    void aRoleGetsItsArgumentsAsTheyAre(String role) {
        Invocation done = Invocation.run("http://127.0.0.1:1", home, "", List.of(role, "--help"));
        assertThat(done.out()).isEqualTo("role " + role + " [--help]\n");
    }

    static Stream<String> roles() {
        return RoleCommand.ABOUT.keySet().stream();
    }
}
