package dev.vt.eventlog.raft;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/** This server as a client of itself. Thread-safe. */
final class RaftRequests {
    private final RaftServer server;
    private final RaftGroupId group;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();

    RaftRequests(RaftServer server, RaftGroupId group) {
        this.server = server;
        this.group = group;
    }

    static RaftPeer peer(String id, String address, boolean voter) {
        return RaftPeer.newBuilder()
                .setId(id)
                .setAddress(address)
                .setStartupRole(voter ? RaftPeerRole.FOLLOWER : RaftPeerRole.LISTENER)
                .build();
    }

    RaftServer server() {
        return server;
    }

    RaftGroupId group() {
        return group;
    }

    ClientId client() {
        return client;
    }

    RaftPeerId self() {
        return server.getId();
    }

    long nextCall() {
        return calls.incrementAndGet();
    }

    RaftClientRequest request(RaftClientRequest.Type type, Message message) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(server.getId())
                .setGroupId(group)
                .setCallId(nextCall())
                .setType(type)
                .setMessage(message)
                .build();
    }
}
