package dev.vt.control.blob;

import java.io.IOException;

/** The server that was asked does not have the blob. */
public final class BlobAbsentException extends IOException {
    private static final long serialVersionUID = 1L;

    public BlobAbsentException(String message) {
        super(message);
    }
}
