package dev.vt.agent.state;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vt.images.DurableFiles;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes, reads and sets aside state files. Stateless. */
public final class StateFiles {
    /** Ignores unknown fields: a newer agent's file, or a newer server's plan, still reads (RT7). */
    public static final ObjectMapper LENIENT =
            Json.MAPPER.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final Logger log = LoggerFactory.getLogger(StateFiles.class);

    private StateFiles() {}

    /** The agent's own state could not be written or read: its disk is in trouble. */
    public static final class StateException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public StateException(String operation, IOException cause) {
            super("could not " + operation, cause);
        }
    }

    /** Turns a file's bytes into a value. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(byte[] bytes) throws IOException;
    }

    public static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new StateException("make " + directory.getFileName(), e);
        }
    }

    /** Temporary file, fsync, rename, fsync of the directory; mode 0600. */
    public static void write(Path file, byte[] content) {
        try {
            DurableFiles.write(file, content);
        } catch (IOException e) {
            throw new StateException("write " + file.getFileName(), e);
        }
    }

    public static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StateException("delete " + file.getFileName(), e);
        }
    }

    /** Empty if there is no such file, or it was unreadable and now is called {@code *.corrupt}. */
    public static <T> Optional<T> read(Path file, Reader<T> reader) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StateException("read " + file.getFileName(), e);
        }
        try {
            return Optional.of(reader.read(bytes));
        } catch (IOException | IllegalArgumentException e) {
            log.error("state file is not readable, set aside file={}", file.getFileName(), e);
            setAside(file);
            return Optional.empty();
        }
    }

    private static void setAside(Path file) {
        try {
            Files.move(
                    file,
                    file.resolveSibling(file.getFileName() + ".corrupt"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StateException("set aside " + file.getFileName(), e);
        }
    }
}
