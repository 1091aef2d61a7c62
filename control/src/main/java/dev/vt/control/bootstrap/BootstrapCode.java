package dev.vt.control.bootstrap;

import dev.vt.control.auth.TokenSecrets;
import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one-time code: its hash in memory, itself only in a file that nobody but the data's owner reads. Thread-safe; used by
 * connection threads.
 */
public final class BootstrapCode {
    private static final Logger log = LoggerFactory.getLogger(BootstrapCode.class);
    private static final String FILE = "bootstrap-code";
    private static final Duration LIFE = Duration.ofHours(1);
    private static final int MAX_WRONG = 5;

    private final Path file;
    private final Clock clock;
    private final SecureRandom random;
    /** Null: no code is good. */
    private byte @Nullable [] hash;

    private Instant expiresAt = Instant.EPOCH;
    private int wrong;

    /** No code is good until {@link #write}. */
    public BootstrapCode(Path dataDir, Clock clock, SecureRandom random) {
        this.file = dataDir.resolve(FILE);
        this.clock = clock;
        this.random = random;
    }

    /** Makes a new code and writes its file; the log names only the path. */
    public synchronized void write() {
        String code = TokenSecrets.next(TokenSecrets.BOOTSTRAP, random);
        try {
            Path next = file.resolveSibling(FILE + ".new");
            Files.deleteIfExists(next);
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(next, code + "\n", StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the bootstrap code to " + file, e);
        }
        hash = hash(code);
        expiresAt = clock.instant().plus(LIFE);
        wrong = 0;
        log.info("cluster awaits its first operator code_file={}", file);
    }

    /** Whether the code is right and still good; a wrong one counts. */
    synchronized boolean accepts(String code) {
        byte[] wanted = hash;
        if (wanted == null || wrong >= MAX_WRONG || !clock.instant().isBefore(expiresAt)) {
            return false;
        }
        if (MessageDigest.isEqual(wanted, hash(code))) {
            return true;
        }
        wrong++;
        if (wrong == MAX_WRONG) {
            log.warn("bootstrap code voided after wrong tries; restart the server for a new one tries={}", wrong);
        }
        return false;
    }

    /** The cluster has its operator: the code is dead and its file goes. */
    public synchronized void consume() {
        hash = null;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("cannot delete the used bootstrap code file={}", file, e);
        }
    }

    private static byte[] hash(String code) {
        return Digests.sha256(code.getBytes(StandardCharsets.UTF_8));
    }
}
