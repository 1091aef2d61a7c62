package dev.vt.simulation.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * An {@code /etc} of a host's own, by which {@code simulation/src/main/c/faults.c} gets into all its processes, PostgreSQL too: the
 * environment would not do, because the program clears it for its database.
 */
final class FaultControl {
    static final String LIBRARY = "vt-faults.so";

    private final Path etc;
    private Duration clockOffset = Duration.ZERO;
    private Duration syncDelay = Duration.ZERO;

    private FaultControl(Path etc) {
        this.etc = etc;
    }

    /**
     * @param etc is made
     * @param library readable by everybody
     */
    static FaultControl make(Path etc, Path library) throws IOException, InterruptedException {
        Command.run("cp", "-a", "/etc", etc.toString());
        FaultControl control = new FaultControl(etc);
        Path file = Files.createFile(control.file());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        control.write();
        Files.writeString(etc.resolve("ld.so.preload"), library + "\n");
        return control;
    }

    Path etc() {
        return etc;
    }

    private Path file() {
        return etc.resolve("vt-faults");
    }

    void clockOffset(Duration offset) throws IOException {
        clockOffset = offset;
        write();
    }

    void syncDelay(Duration delay) throws IOException {
        syncDelay = delay;
        write();
    }

    private void write() throws IOException {
        ByteBuffer both = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(clockOffset.toNanos())
                .putLong(syncDelay.toNanos())
                .flip();
        try (FileChannel out = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            out.write(both, 0);
        }
    }
}
