package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import dev.vt.kernel.NearestName;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt describe <kind> <id or name>}. */
@Command(
        name = "describe",
        description = "show everything about one resource: what it shall be, what it is, what happened")
@SuppressWarnings("NullAway.Init")
public final class DescribeAnyCommand extends VtCommand {
    @Parameters(index = "0", paramLabel = "KIND", description = "for example deploy, instance, route or node")
    private String kind;

    @Parameters(index = "1", paramLabel = "ID", description = "name or id")
    private String id;

    @Option(
            names = "--events",
            paramLabel = "N",
            description = "how many events the timeline shows, default 10",
            defaultValue = "10")
    private int events;

    @Override
    protected int run(Session session) {
        return DescribeCommand.describe(session, find(kind), id, events);
    }

    static Kind find(String name) {
        List<String> names = Kind.ALL.stream().map(Kind::singular).toList();
        return Kind.ALL.stream()
                .filter(known -> known.singular().equals(name) || known.plural().equals(name))
                .findFirst()
                .orElseThrow(() -> new CliException(CliError.usage(
                        "invalid_argument",
                        "there is no kind '" + name + "'"
                                + NearestName.of(name, names)
                                        .map(near -> "; did you mean '" + near + "'?")
                                        .orElse(""),
                        "use one of " + String.join(", ", names))));
    }
}
