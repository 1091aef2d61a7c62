package dev.vt.control.bootstrap;

import dev.vt.control.auth.TokenSecrets;
import dev.vt.kernel.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The code by which the data's owner lets an operator in again. The command writes it while the server runs, so the file is all
 * they share: whoever can write it owns the data anyway. It is good for an hour after it was written. Thread-safe; used by
 * connection threads.
 */
final class RecoveryCode {
    private static final Logger log = LoggerFactory.getLogger(RecoveryCode.class);
    private static final String FILE = "recovery-code";
    private static final String OWNER_ONLY = "rw-------";
    private static final Duration LIFE = Duration.ofHours(1);
    private static final int MAX_WRONG = 5;

    private final Path file;
    private final Clock clock;
    private int wrong;

    RecoveryCode(Path dataDir, Clock clock) {
        this.file = dataDir.resolve(FILE);
        this.clock = clock;
    }

    /**
     * Makes a code; an older one is good no more.
     *
     * @return its file
     */
    static Path write(Path dataDir, Clock clock, SecureRandom random) throws IOException {
        Path file = dataDir.resolve(FILE);
        Path next = dataDir.resolve(FILE + ".new");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        Files.writeString(
                next,
                TokenSecrets.next(TokenSecrets.BOOTSTRAP, random) + "\n",
                StandardCharsets.US_ASCII,
                StandardOpenOption.WRITE);
        Files.setLastModifiedTime(next, FileTime.from(clock.instant()));
        // Root may do this, and the server must still be able to read it.
        Files.setOwner(next, Files.getOwner(dataDir));
        return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether there is a code that is still good. */
    synchronized boolean waits() {
        return current().isPresent();
    }

    /** Whether this is the code; the fifth wrong one voids it. */
    synchronized boolean accepts(String code) {
        Optional<String> wanted = current();
        if (wanted.isEmpty()) {
            return false;
        }
        if (MessageDigest.isEqual(hash(wanted.get()), hash(code))) {
            return true;
        }
        wrong++;
        if (wrong >= MAX_WRONG) {
            log.warn("recovery code voided after wrong tries tries={}", wrong);
            consume();
        }
        return false;
    }

    /** It was used, or tried too often. */
    synchronized void consume() {
        wrong = 0;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("cannot delete the recovery code file={}", file, e);
        }
    }

    /** Tells the code that is there from others without being it; also of one that is too old. */
    synchronized Optional<String> fingerprint() {
        return found().map(found -> TokenSecrets.hash(found.code()));
    }

    /** Deletes a code that is too old. */
    synchronized void tidy() {
        if (found().isPresent() && current().isEmpty()) {
            consume();
        }
    }

    private record Found(String code, Instant writtenAt) {
        @Override
        public String toString() {
            return "Found[" + writtenAt + "]";
        }
    }

    private Optional<String> current() {
        Instant now = clock.instant();
        return found().filter(found -> now.isBefore(found.writtenAt().plus(LIFE)))
                .map(Found::code);
    }

    private Optional<Found> found() {
        try {
            PosixFileAttributes attributes =
                    Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            Path directory = file.resolveSibling(".");
            boolean ownersOnly = attributes.isRegularFile()
                    && PosixFilePermissions.toString(attributes.permissions()).equals(OWNER_ONLY)
                    && attributes.owner().equals(Files.getOwner(directory));
            if (!ownersOnly) {
                return Optional.empty();
            }
            Instant writtenAt = attributes.lastModifiedTime().toInstant();
            return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).trim())
                    .filter(TokenSecrets::isWellFormed)
                    .map(code -> new Found(code, writtenAt));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the recovery code " + file, e);
        }
    }

    private static byte[] hash(String code) {
        return Digests.sha256(code.getBytes(StandardCharsets.UTF_8));
    }
}
