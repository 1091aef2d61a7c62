package dev.vt.eventlog.raft;

import dev.vt.eventlog.raft.Membership.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.proto.RaftProtos;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the group, and changes of it on the leader: one at a time, each made only if the group is still as the caller saw
 * it (V3). Thread-safe.
 */
public final class RaftMembership {
    private final RaftRequests requests;
    private final RaftServer.Division division;

    RaftMembership(RaftRequests requests, RaftServer.Division division) {
        this.requests = requests;
        this.division = division;
    }

    /** As this server knows it. */
    public Membership current() {
        RaftConfiguration configuration = division.getRaftConf();
        List<Member> members = new ArrayList<>();
        configuration.getCurrentPeers(RaftPeerRole.FOLLOWER).forEach(peer -> members.add(member(peer, true)));
        configuration.getCurrentPeers(RaftPeerRole.LISTENER).forEach(peer -> members.add(member(peer, false)));
        return new Membership(members);
    }

    private static Member member(RaftPeer peer, boolean voter) {
        return new Member(peer.getId().toString(), peer.getAddress(), voter);
    }

    /** A server that waits to be added gets the log from now on. */
    public void addObserver(Membership seen, String id, String address, Duration limit) {
        if (seen.find(id).isPresent()) {
            throw new MembershipException(id + " is a member already", null);
        }
        change(seen, seen.with(new Member(id, address, false)), limit);
    }

    /** The observer counts in majorities from now on; waits until it has caught up. */
    public void promote(Membership seen, String id, Duration limit) {
        change(seen, seen.with(changed(seen, id, true)), limit);
    }

    /** The voter only gets the log from now on. A leader cannot demote itself: leadership is transferred first. */
    public void demote(Membership seen, String id, Duration limit) {
        change(seen, seen.with(changed(seen, id, false)), limit);
    }

    /** The server is no part of the group any more; it must not come back with its data (V6). */
    public void remove(Membership seen, String id, Duration limit) {
        if (seen.find(id).isEmpty()) {
            throw new MembershipException(id + " is not a member", null);
        }
        change(seen, seen.without(id), limit);
    }

    private static Member changed(Membership seen, String id, boolean voter) {
        Member member = seen.find(id).orElseThrow(() -> new MembershipException(id + " is not a member", null));
        if (member.voter() == voter) {
            throw new MembershipException(id + (voter ? " is a voter already" : " is an observer already"), null);
        }
        return new Member(id, member.address(), voter);
    }

    private void change(Membership seen, Membership wanted, Duration limit) {
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(peers(seen, true))
                .setListenersInCurrentConf(peers(seen, false))
                .setServersInNewConf(peers(wanted, true))
                .setListenersInNewConf(peers(wanted, false))
                .build();
        await(
                "change of the group",
                limit,
                () -> requests.server()
                        .setConfigurationAsync(new SetConfigurationRequest(
                                requests.client(), requests.self(), requests.group(), requests.nextCall(), arguments)));
    }

    private static List<RaftPeer> peers(Membership membership, boolean voters) {
        return membership.members().stream()
                .filter(member -> member.voter() == voters)
                .map(member -> RaftRequests.peer(member.id(), member.address(), voters))
                .toList();
    }

    /** To a voter, or to whichever is best if null; returns when it leads. */
    public void transferLeadership(@Nullable String id, Duration limit) {
        await(
                "transfer of leadership",
                limit,
                () -> requests.server()
                        .transferLeadershipAsync(new TransferLeadershipRequest(
                                requests.client(),
                                requests.self(),
                                requests.group(),
                                requests.nextCall(),
                                id == null ? null : RaftPeerId.valueOf(id),
                                limit.toMillis())));
    }

    /** How many committed entries each other member lacks, by what the leader knows; empty on other servers. */
    public Map<String, Long> lag() {
        if (!division.getInfo().isLeader()) {
            return Map.of();
        }
        Collection<RaftProtos.CommitInfoProto> commits = division.getCommitInfos();
        long newest = division.getRaftLog().getLastCommittedIndex();
        Map<String, Long> lag = new HashMap<>();
        commits.forEach(commit ->
                lag.put(commit.getServer().getId().toStringUtf8(), Math.max(0, newest - commit.getCommitIndex())));
        lag.remove(requests.self().toString());
        return lag;
    }

    /** How long ago each other member answered the leader; empty on other servers. */
    public Map<String, Duration> silence() {
        Map<String, Duration> silence = new HashMap<>();
        division.getInfo()
                .getRoleInfoProto()
                .getLeaderInfo()
                .getFollowerInfoList()
                .forEach(follower -> silence.put(
                        follower.getId().getId().toStringUtf8(),
                        Duration.ofMillis(follower.getLastRpcElapsedTimeMs())));
        return silence;
    }

    private interface Sending {
        CompletableFuture<RaftClientReply> send() throws IOException;
    }

    private static void await(String what, Duration limit, Sending sending) {
        try {
            RaftClientReply reply = sending.send().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!reply.isSuccess()) {
                throw new MembershipException(what + " was refused", reply.getException());
            }
        } catch (IOException | ExecutionException e) {
            throw new MembershipException(what + " failed", e);
        } catch (TimeoutException e) {
            throw new MembershipException(what + " was not confirmed within " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MembershipException(what + " was interrupted", e);
        }
    }
}
