package dev.vt.os;

import java.io.IOException;

/** A system call that failed. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param call as in section 2 of the manual
     * @param arguments what it was called with, for people
     */
    public ErrnoException(String call, int errno, String arguments) {
        super(call + "(" + arguments + ") failed: " + word(errno));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }

    private static String word(int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE -> "address already in use";
            case Errno.EMFILE, Errno.ENFILE -> "too many open files";
            default -> "errno " + errno;
        };
    }
}
