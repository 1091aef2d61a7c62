package dev.vt.runtime.channel;

import java.util.Map;
import java.util.Optional;

/** Where a guest is. Init repeats the newest one after each handshake, so a new agent learns what it missed. */
public sealed interface GuestStatus {
    /** The config is valid and being applied. */
    record ConfigApplied() implements GuestStatus {}

    /**
     * The workload's program runs.
     *
     * @param marks milliseconds of guest uptime at which each boot step ended, by name
     */
    record Started(Map<String, Long> marks) implements GuestStatus {
        public Started {
            marks = Map.copyOf(marks);
        }
    }

    /**
     * The workload ended; the guest powers off within a second.
     *
     * @param code exit code 0 to 255, or 128 + signal
     * @param signal number, if a signal ended it
     * @param oom whether the kernel's out-of-memory killer took a process of it
     * @param detail {@code exec_failed} with code 126 or 127 if the program could not be run; otherwise empty
     */
    record Exited(int code, Optional<Integer> signal, boolean oom, String detail) implements GuestStatus {}

    /**
     * The boot failed; the guest powers off within a second.
     *
     * @param reason and {@code detail}: codes of runtime.md §4
     * @param message at most 512 bytes, for people; written by the guest, so not to be trusted
     */
    record Failed(String reason, String detail, String message) implements GuestStatus {}
}
