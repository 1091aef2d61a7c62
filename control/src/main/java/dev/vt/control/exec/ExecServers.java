package dev.vt.control.exec;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What servers of the cluster ask each other about exec sessions. Thread-safe. */
public interface ExecServers {
    /** No other server; the log refuses what this one may not do. */
    ExecServers ALONE = new ExecServers() {
        @Override
        public boolean leads() {
            return true;
        }

        @Override
        public Optional<Leader> leader() {
            return Optional.empty();
        }

        @Override
        public Optional<Set<String>> relayed(String serverId, Set<String> execIds) {
            return Optional.of(Set.of());
        }
    };

    /** Another server, which leads. */
    interface Leader {
        /**
         * Spends a grant for this server.
         *
         * @return what the grant lets run, as JSON; empty if the token is wrong, used or expired
         * @throws IOException if it does not answer, or leads no more: the grant may be spent all the same
         */
        Optional<byte[]> connect(String execId, String tokenSha256, String sourceNet) throws IOException;

        /** @throws IOException as above */
        void end(String execId, @Nullable Integer exitCode, String endReason) throws IOException;
    }

    /** Whether this server writes by itself. */
    boolean leads();

    /** Empty if none is known, or if it is this server. */
    Optional<Leader> leader();

    /**
     * Which of the sessions another server relays.
     *
     * @return none if it is no member any more; empty if it does not answer, though it is
     */
    Optional<Set<String>> relayed(String serverId, Set<String> execIds);
}
