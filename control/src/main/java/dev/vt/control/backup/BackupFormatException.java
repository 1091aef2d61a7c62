package dev.vt.control.backup;

/** The file is not a whole backup, or not one that this key opens. */
final class BackupFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BackupFormatException(String message) {
        super(message);
    }

    BackupFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
