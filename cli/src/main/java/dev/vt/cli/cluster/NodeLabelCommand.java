package dev.vt.cli.cluster;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vt nodes label NODE zone=a old-}: sets labels, and removes those that end in a dash. */
@Command(name = "label", description = "set labels of a node; placement may ask for them")
@SuppressWarnings("NullAway.Init")
public final class NodeLabelCommand extends VtCommand {
    @Parameters(index = "0", paramLabel = "NODE", description = "name or id")
    private String id;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "LABEL", description = "KEY=VALUE sets, KEY- removes")
    private List<String> labels;

    @Override
    protected int run(Session session) {
        Map<String, @Nullable Object> wanted = new LinkedHashMap<>();
        for (String label : labels) {
            int equals = label.indexOf('=');
            if (equals > 0) {
                wanted.put(label.substring(0, equals), label.substring(equals + 1));
            } else if (equals < 0 && label.length() > 1 && label.endsWith("-")) {
                wanted.put(label.substring(0, label.length() - 1), null);
            } else {
                throw usage("write KEY=VALUE or KEY-, not '" + label + "'");
            }
        }
        Doc node = DescribeCommand.find(session, Kind.NODE, id);
        Doc answer = session.change(
                "PATCH", "/v1/nodes/" + node.str("id"), Map.of("labels", wanted), "labelling node " + node.str("name"));
        new Receipt(
                        "labelled node " + node.str("name"),
                        "",
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next("describe", "vt nodes describe " + node.str("name"))))
                .print(session);
        return 0;
    }
}
