package dev.vt.eventlog.raft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The servers of a group, by id. */
public record Membership(List<Member> members) {
    /** @param voter counts in a majority; an observer only gets the log (V1) */
    public record Member(String id, String address, boolean voter) {}

    public Membership {
        members = members.stream().sorted(Comparator.comparing(Member::id)).toList();
    }

    public List<Member> voters() {
        return members.stream().filter(Member::voter).toList();
    }

    public Optional<Member> find(String id) {
        return members.stream().filter(member -> member.id().equals(id)).findFirst();
    }

    Membership with(Member member) {
        List<Member> next = new ArrayList<>(without(member.id()).members);
        next.add(member);
        return new Membership(next);
    }

    Membership without(String id) {
        return new Membership(
                members.stream().filter(member -> !member.id().equals(id)).toList());
    }
}
