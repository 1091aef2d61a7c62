package dev.vt.runtime.channel;

/**
 * One line a workload wrote (exec-and-logs.md §6).
 *
 * @param seq per boot from 1, without holes as emitted: a hole means the guest's ring dropped what is missing
 * @param line at most 16 KiB, without its line feed; any bytes
 * @param truncated the line was longer: the next record of this stream continues it
 * @param partial no line feed came within a second: the next record of this stream may continue it
 */
public record LogRecord(long seq, Stream stream, byte[] line, boolean truncated, boolean partial) {
    public enum Stream {
        STDOUT,
        STDERR,
        /** Written by init: at most one line per transition. */
        SYSTEM
    }
}
