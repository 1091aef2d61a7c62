package dev.vt.control.exec;

import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.exec.ExecServers.Leader;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what becomes of the sessions that this server relays: by itself where it leads, through the leader where it does not.
 * While nobody leads it waits, within bounds. Thread-safe.
 */
final class ExecAuthority {
    /** What a leader does by itself. */
    interface Writer {
        ExecConnection spend(String execId, String tokenSha256, String sourceNet, String serverId);

        /** False if it was not written down. */
        boolean end(String execId, @Nullable Integer exitCode, String endReason);
    }

    private static final Logger log = LoggerFactory.getLogger(ExecAuthority.class);
    static final Duration LEADER_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Writer sessions;
    private final ExecServers servers;
    private final String self;
    private final Duration within;

    /**
     * @param self this server's id
     * @param within how long it waits for a leader
     */
    ExecAuthority(Writer sessions, ExecServers servers, String self, Duration within) {
        this.within = within;
        this.sessions = sessions;
        this.servers = servers;
        this.self = self;
    }

    /** Spends the grant of a client that came to this server (EX2). */
    ExecConnection connect(String execId, String token, String sourceNet) {
        String hash = TokenSecrets.hash(token);
        long deadline = System.nanoTime() + within.toNanos();
        boolean lost = false;
        do {
            try {
                ExecConnection answer = attempt(execId, hash, sourceNet);
                if (answer instanceof ExecConnection.Granted || answer instanceof ExecConnection.Refused && !lost) {
                    return answer;
                }
                if (answer instanceof ExecConnection.Refused) {
                    break;
                }
            } catch (IOException e) {
                log.info("the leader was lost while it spent a grant exec={}", execId, e);
                lost = true;
            }
        } while (lookAgainBefore(deadline));
        return new ExecConnection.Unavailable((lost ? ErrorCode.COMMIT_UNKNOWN : ErrorCode.NO_LEADER).code());
    }

    private ExecConnection attempt(String execId, String hash, String sourceNet) throws IOException {
        Optional<Leader> leader = servers.leader();
        if (servers.leads()) {
            return sessions.spend(execId, hash, sourceNet, self);
        }
        return leader.isPresent()
                ? ask(leader.get(), execId, hash, sourceNet)
                : new ExecConnection.Unavailable(ErrorCode.NO_LEADER.code());
    }

    private static ExecConnection ask(Leader leader, String execId, String hash, String sourceNet) throws IOException {
        byte[] plain = leader.connect(execId, hash, sourceNet).orElse(null);
        if (plain == null) {
            return new ExecConnection.Refused();
        }
        try {
            return new ExecConnection.Granted(Json.read(plain, ExecRequest.class));
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /** Ends a session that this server relayed; if nobody writes it down in time, the reaper will. */
    void end(String execId, @Nullable Integer exitCode, String endReason) {
        long deadline = System.nanoTime() + within.toNanos();
        do {
            Optional<Leader> leader = servers.leader();
            if (servers.leads()) {
                if (sessions.end(execId, exitCode, endReason)) {
                    return;
                }
            } else if (leader.isPresent()) {
                try {
                    leader.get().end(execId, exitCode, endReason);
                    return;
                } catch (IOException e) {
                    log.info("the leader was lost while it ended a session exec={}", execId, e);
                }
            }
        } while (lookAgainBefore(deadline));
        log.warn("nobody wrote down the end of a session exec={} reason={}", execId, endReason);
    }

    /** False if it is too late, or if the thread shall end. */
    private static boolean lookAgainBefore(long deadline) {
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        return System.nanoTime() < deadline && !Thread.currentThread().isInterrupted();
    }
}
