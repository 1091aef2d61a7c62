package dev.vt.runtime;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/** Two directions of one connection; reads and writes block and may happen on different threads. */
public interface ByteChannelPair extends Closeable {
    InputStream input();

    OutputStream output();
}
