package dev.vt.control.http;

/** Writes a stream until it has no more, or {@link StreamSink#ended} says so. */
@FunctionalInterface
public interface StreamBody {
    void run(StreamSink sink);
}
