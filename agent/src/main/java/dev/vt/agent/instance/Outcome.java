package dev.vt.agent.instance;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a boot of an instance ended, or failed before it began, in the words of scheduler.md §5 and runtime.md §4. */
public sealed interface Outcome {
    /** Reason code; never empty (RT12). */
    String reason();

    /** Detail code, or exit code or signal for a workload that ended. */
    String detail();

    Optional<Integer> exitCode();

    /** Whether the node may try again by itself. */
    boolean retryable();

    /**
     * The workload ended by itself.
     *
     * @param code exit code, or 128 + signal
     * @param signal number, if one ended it
     * @param oom whether the guest's kernel killed a process of it for memory
     * @param failedExec {@code exec_failed} when the program could not be run at all; else empty
     */
    record Exited(int code, @Nullable Integer signal, boolean oom, String failedExec) implements Outcome {
        @Override
        public String reason() {
            return oom ? "oom_killed" : "exited";
        }

        @Override
        public String detail() {
            if (oom) {
                return "guest";
            }
            if (!failedExec.isEmpty()) {
                return failedExec;
            }
            return signal == null ? "code " + code : "signal " + signal;
        }

        @Override
        public Optional<Integer> exitCode() {
            return Optional.of(code);
        }

        @Override
        public boolean retryable() {
            return true;
        }

        boolean isSuccess() {
            return code == 0 && signal == null && !oom;
        }
    }

    /** The platform, the image or the configuration failed; the workload had no say. */
    record PlatformFailure(String reason, String detail) implements Outcome {
        private static final Set<String> FINAL = Set.of(
                "digest_mismatch",
                "signature_rejected",
                "unsupported",
                "compressed",
                "uncompressed",
                "layers",
                "entries",
                "layer_invalid",
                "init_protocol",
                "config_invalid",
                "spec_invalid",
                "user_unresolved",
                "agent_internal");

        @Override
        public Optional<Integer> exitCode() {
            return Optional.empty();
        }

        @Override
        public boolean retryable() {
            return !FINAL.contains(detail) && !reason.equals("secrets_missing");
        }

        /** Waiting for servers is nobody's failed boot (secrets.md §5). */
        boolean isWait() {
            return reason.equals("secrets_injection_failed") && detail.equals("servers_unreachable");
        }
    }
}
