package dev.vt.agent.instance;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vt.agent.state.StateFiles;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The object files of instances (RT9). Each file is written by its instance's actor only. */
public final class InstanceStore {
    private final Path directory;
    private final ObjectMapper mapper = StateFiles.LENIENT;

    public InstanceStore(Path directory) {
        this.directory = directory;
        StateFiles.makeDirectory(directory);
    }

    void save(InstanceRecord record) {
        StateFiles.write(file(record.id()), Json.bytes(record));
    }

    void delete(String instanceId) {
        StateFiles.delete(file(instanceId));
    }

    /**
     * What was found at start.
     *
     * @param unknown instances whose file could not be read: they are not absent, their VMs stay (RT9)
     */
    public record Loaded(List<InstanceRecord> records, List<String> unknown) {}

    Loaded load() {
        List<InstanceRecord> records = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".corrupt")) {
                    unknown.add(name.substring(0, name.length() - ".json.corrupt".length()));
                } else if (name.endsWith(".json")) {
                    StateFiles.read(file, bytes -> mapper.readValue(bytes, InstanceRecord.class))
                            .ifPresentOrElse(
                                    records::add,
                                    () -> unknown.add(name.substring(0, name.length() - ".json".length())));
                }
            }
        } catch (IOException e) {
            throw new StateFiles.StateException("list " + directory.getFileName(), e);
        }
        return new Loaded(List.copyOf(records), List.copyOf(unknown));
    }

    private Path file(String instanceId) {
        return directory.resolve(instanceId + ".json");
    }
}
