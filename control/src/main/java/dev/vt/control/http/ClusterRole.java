package dev.vt.control.http;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Where this server stands among the servers of its cluster, as far as answering requests goes. Thread-safe. */
public interface ClusterRole {
    /** One server, or servers that share a database: what it may not do, the log refuses. */
    ClusterRole ALONE = new ClusterRole() {
        @Override
        public boolean executes() {
            return true;
        }

        @Override
        public Optional<URI> leader() {
            return Optional.empty();
        }

        @Override
        public boolean confirm(Duration limit) {
            return true;
        }

        @Override
        public Optional<Duration> sinceLeader() {
            return Optional.of(Duration.ZERO);
        }

        @Override
        public boolean gone() {
            return false;
        }

        @Override
        public boolean diverged() {
            return false;
        }
    };

    /** Whether mutations are executed here; otherwise they go to the leader (V10). */
    boolean executes();

    /** The API of another server that leads; empty if none is known, or if it is this one. */
    Optional<URI> leader();

    /** Waits until all that was committed before the call is in the views, after a majority confirmed the leader (V11). */
    boolean confirm(Duration limit) throws InterruptedException;

    /** How long ago the leader was heard of; empty if it is not known (S17). */
    Optional<Duration> sinceLeader();

    /** Whether this server left or was removed: what it knows grows old for ever (V6). */
    boolean gone();

    /** Whether this server's log differs from the others': what it knows may be wrong (S13). */
    boolean diverged();
}
