package dev.vt.control.server;

import java.nio.file.Path;

/** Another server runs on this data directory. */
public final class DataDirBusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataDirBusyException(Path root) {
        super("another server runs on " + root);
    }
}
