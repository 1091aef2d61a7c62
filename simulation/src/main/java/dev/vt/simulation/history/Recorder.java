package dev.vt.simulation.history;

import dev.vt.kernel.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Appends operations as they end, to memory and to a file of JSON lines. Thread-safe. */
public final class Recorder implements AutoCloseable {
    private final Path file;
    private final BufferedWriter out;
    private final long began = System.nanoTime();
    private final List<Operation> operations = new ArrayList<>();

    private Recorder(Path file, BufferedWriter out) {
        this.file = file;
        this.out = out;
    }

    public static Recorder to(Path file) throws IOException {
        return new Recorder(file, Files.newBufferedWriter(file));
    }

    /** What a recorder wrote. */
    public static List<Operation> read(Path file) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.map(line -> OperationJson.read(Json.parse(line.getBytes(StandardCharsets.UTF_8))))
                    .toList();
        }
    }

    /** Nanoseconds since the run began; the clock of all operations. */
    public long now() {
        return System.nanoTime() - began;
    }

    public synchronized void add(Operation operation) {
        operations.add(operation);
        try {
            out.write(OperationJson.write(operation).toString());
            out.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + file, e);
        }
    }

    public synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    public Path file() {
        return file;
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
