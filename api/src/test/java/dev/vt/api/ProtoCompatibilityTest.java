package dev.vt.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.vt.api.cluster.v1.AuditRecord;
import dev.vt.api.cluster.v1.ClusterStatus;
import dev.vt.api.cluster.v1.Config;
import dev.vt.api.cluster.v1.Node;
import dev.vt.api.cluster.v1.OptionsProto;
import dev.vt.api.cluster.v1.Receipt;
import dev.vt.api.cluster.v1.Server;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.ServerSnapshotRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Additive changes only (cluster.md §9): what was ever written to {@code proto.lock} must be so for ever. What is new is added to it
 * with {@code -Dvt.golden.write=true}; nothing is taken out of it.
 */
class ProtoCompatibilityTest {
    private static final Path LOCK = Path.of("src/test/resources/proto.lock");
    private static final List<FileDescriptor> FILES = List.of(
            EnrollRequest.getDescriptor().getFile(),
            ServerSnapshotRequest.getDescriptor().getFile(),
            OptionsProto.getDescriptor(),
            Receipt.getDescriptor().getFile(),
            ClusterStatus.getDescriptor().getFile(),
            Server.getDescriptor().getFile(),
            Node.getDescriptor().getFile(),
            Config.getDescriptor().getFile(),
            AuditRecord.getDescriptor().getFile());

    @Test
    void nothingThatWasThereIsGoneOrDifferent() throws IOException {
        Set<String> now = lines(FILES);
        Set<String> stored = new TreeSet<>(Files.exists(LOCK) ? Files.readAllLines(LOCK) : List.of());
        assertThat(missing(stored, now)).isEmpty();
        if (Boolean.getBoolean("vt.golden.write")) {
            Files.write(LOCK, now);
        }
        assertThat(Files.readAllLines(LOCK)).containsExactlyElementsOf(now);
    }

    @Test
    void everyProtoFileIsHeld() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("proto"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".proto"))
                            .map(file -> Path.of("proto").relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            FILES.stream().map(FileDescriptor::getName).toList());
        }
    }

    /** The check sees each kind of change that breaks a client. */
    @Test
    void aFieldThatIsRemovedRenumberedRenamedOrRetypedIsMissed() {
        Set<String> now = lines(FILES);
        String field = "vt.cluster.v1.Node 6 state string";
        assertThat(now).contains(field);
        for (String before : List.of(
                "vt.cluster.v1.Node 6 status string",
                "vt.cluster.v1.Node 5 state string",
                "vt.cluster.v1.Node 6 state bytes",
                "vt.cluster.v1.Node 6 state optional string",
                "vt.cluster.v1.Node 99 gone string",
                "vt.cluster.v1.NodeService/Explode vt.cluster.v1.GetNodeRequest -> vt.cluster.v1.Node")) {
            assertThat(missing(Set.of(field, before), now)).containsExactly(before);
        }
    }

    private static Set<String> missing(Collection<String> stored, Collection<String> now) {
        Set<String> out = new TreeSet<>(stored);
        out.removeAll(now);
        return out;
    }

    private static Set<String> lines(List<FileDescriptor> files) {
        Set<String> out = new TreeSet<>();
        for (FileDescriptor file : files) {
            file.getMessageTypes().forEach(message -> add(message, out));
            file.getServices().forEach(service -> add(service, out));
            file.getExtensions()
                    .forEach(extension ->
                            out.add("extend " + extension.getContainingType().getFullName() + " " + line(extension)));
        }
        return out;
    }

    private static void add(Descriptor message, Set<String> out) {
        message.getFields().forEach(field -> out.add(message.getFullName() + " " + line(field)));
        message.getNestedTypes().forEach(nested -> add(nested, out));
    }

    private static String line(FieldDescriptor field) {
        String label = field.isRepeated() ? "repeated " : "";
        if (field.getRealContainingOneof() != null) {
            label = "oneof " + field.getRealContainingOneof().getName() + " ";
        } else if (field.hasPresence() && field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            label = "optional ";
        }
        String type = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                ? field.getMessageType().getFullName()
                : field.toProto().getType().name().substring("TYPE_".length()).toLowerCase(java.util.Locale.ROOT);
        return field.getNumber() + " " + field.getName() + " " + label + type;
    }

    private static void add(ServiceDescriptor service, Set<String> out) {
        service.getMethods()
                .forEach(method -> out.add(service.getFullName() + "/" + method.getName() + " "
                        + (method.toProto().getClientStreaming() ? "stream " : "")
                        + method.getInputType().getFullName() + " -> "
                        + (method.toProto().getServerStreaming() ? "stream " : "")
                        + method.getOutputType().getFullName()));
    }
}
