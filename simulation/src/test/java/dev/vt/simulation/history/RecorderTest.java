package dev.vt.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {
    @TempDir
    private Path directory;

    @Test
    void whatIsRecordedIsReadAgain() throws IOException {
        List<Operation> all = List.of(
                operation(new Call.Read("r", Call.Consistency.LINEARIZABLE), new Outcome.Seen(3, "x \"y\"")),
                operation(new Call.Read("r", Call.Consistency.SESSION), new Outcome.Unknown("timeout")),
                operation(new Call.CompareAndSet("r", 3, "z"), new Outcome.Refused("version_conflict")),
                operation(new Call.Add("e"), new Outcome.Added("tok_1")));
        Path file = directory.resolve("history.jsonl");
        try (Recorder recorder = Recorder.to(file)) {
            all.forEach(recorder::add);
            assertThat(recorder.operations()).isEqualTo(all);
        }
        assertThat(Recorder.read(file)).isEqualTo(all);
    }

    private static Operation operation(Call call, Outcome outcome) {
        return new Operation(1, 2, call, 5, 7, outcome);
    }
}
