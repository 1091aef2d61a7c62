package dev.vt.control.cluster;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.eventlog.NewEvent;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an operator may ask of the membership (V4–V6). Pure. What is accepted is only wanted; {@link MembershipController} makes
 * the group so, one change at a time. Votes that are already wanted away count as gone here, so that two requests, each harmless
 * alone, do not add up.
 */
final class ServerDecider {
    /** What is asked. */
    enum Command {
        /** May have a vote. */
        PROMOTE,
        /** Shall have none. */
        DEMOTE,
        /** An operator takes it out. */
        REMOVE,
        /** It goes by itself, leadership first. */
        LEAVE
    }

    /**
     * @param raft false in direct mode, where nobody votes (V13)
     * @param live every server that has not left
     * @param voters ids, of the group as it is; in direct mode whoever leads
     * @param reachable ids of those that answer the leader, and of the leader
     * @param leader id of who leads and decides this
     * @param lag how many committed entries each other member lacks; who is not in it has not said
     */
    record Facts(
            boolean raft,
            List<Server> live,
            Set<String> voters,
            Set<String> reachable,
            String leader,
            Map<String, Long> lag) {
        Facts {
            lag = Map.copyOf(lag);
            live = List.copyOf(live);
            voters = Set.copyOf(voters);
            reachable = Set.copyOf(reachable);
        }
    }

    /** V4: more entries than these behind is too far for a vote, and for leading. */
    static final long CAUGHT_UP = 1000;

    private ServerDecider() {}

    static Decision<NewEvent> decide(Server server, Command command, Facts facts) {
        return switch (command) {
            case PROMOTE -> !facts.raft() ? direct() : eligible(server, true);
            case DEMOTE -> {
                if (!facts.raft()) {
                    yield direct();
                }
                yield server.eligible() && losesQuorum(server, facts) ? unsafe() : eligible(server, false);
            }
            case REMOVE ->
                losesQuorum(server, facts) ? unsafe() : Decision.accept(Servers.left(server.id(), "removed"));
            case LEAVE -> losesQuorum(server, facts) ? unsafe() : Decision.accept(Servers.left(server.id(), "left"));
        };
    }

    /** Who shall lead; nothing if it does. A leader that must first catch up would be a gap in which nobody writes. */
    static Decision<String> transfer(Server server, Facts facts) {
        if (!facts.raft()) {
            return Decision.refuse(
                    ErrorCode.NOT_SUPPORTED, "the log is in direct mode, where the lock decides who leads");
        }
        if (server.id().equals(facts.leader())) {
            return Decision.unchanged();
        }
        if (!facts.voters().contains(server.id()) || !server.eligible()) {
            return Decision.refuse(ErrorCode.SERVER_NOT_VOTER, "a server without a vote cannot lead");
        }
        if (!facts.reachable().contains(server.id())) {
            return Decision.refuse(ErrorCode.SERVER_LAGGING, "the server does not answer the leader");
        }
        long lag = facts.lag().getOrDefault(server.id(), Long.MAX_VALUE);
        return lag > CAUGHT_UP
                ? Decision.refuse(ErrorCode.SERVER_LAGGING, "the server lacks more than " + CAUGHT_UP + " entries")
                : Decision.accept(server.id());
    }

    /** V5: the voters that can be reached must be a majority of those that are left. */
    static boolean losesQuorum(Server server, Facts facts) {
        if (!facts.voters().contains(server.id())) {
            return false;
        }
        List<String> left = facts.live().stream()
                .filter(Server::eligible)
                .map(Server::id)
                .filter(facts.voters()::contains)
                .filter(id -> !id.equals(server.id()))
                .toList();
        long reachable = left.stream().filter(facts.reachable()::contains).count();
        return reachable * 2 <= left.size();
    }

    private static Decision<NewEvent> eligible(Server server, boolean eligible) {
        return server.eligible() == eligible
                ? Decision.unchanged()
                : Decision.accept(Servers.eligibility(server.id(), eligible));
    }

    private static Decision<NewEvent> unsafe() {
        return Decision.refuse(
                ErrorCode.QUORUM_UNSAFE, "the voters that would be left and can be reached are no majority");
    }

    private static Decision<NewEvent> direct() {
        return Decision.refuse(ErrorCode.NOT_SUPPORTED, "the log is in direct mode, where servers have no votes");
    }
}
