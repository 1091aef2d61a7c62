package dev.vt.control.cluster;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.config.ClusterConfig;
import dev.vt.eventlog.raft.Membership;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which one change of the Raft group comes next, from what the leader sees of group and records at one moment (V3–V5). Pure.
 *
 * @param seen the group
 * @param servers the records, by id, in this order
 * @param lag entries that each member lacks
 * @param silence since each member answered the leader
 * @param up for how long each member has answered without a gap; counted from the leader's election
 * @param self the leader
 */
record MembershipPlan(
        Membership seen,
        Map<String, Server> servers,
        Map<String, Long> lag,
        Map<String, Duration> silence,
        Map<String, Duration> up,
        String self,
        ClusterConfig.Raft config) {
    /** One change of the group. */
    sealed interface Step {
        record Add(String id, String address) implements Step {}

        record Promote(String id) implements Step {}

        record Demote(String id) implements Step {}

        record Remove(String id) implements Step {}

        /** Leadership goes first: the leader itself is to lose its vote or to be removed. */
        record HandOver(String to) implements Step {}
    }

    /** What to do first; empty if all is as it should be, or if nothing can be done safely now. */
    Optional<Step> next() {
        return removal().or(this::addition).or(this::demotion).or(this::promotion);
    }

    private Optional<Step> removal() {
        return seen.members().stream()
                .filter(member -> !servers.containsKey(member.id()))
                .flatMap(member -> (member.voter()
                                ? withoutVote(member.id(), new Step.Remove(member.id()))
                                : Optional.<Step>of(new Step.Remove(member.id())))
                        .stream())
                .findFirst();
    }

    private Optional<Step> addition() {
        return servers.values().stream()
                .filter(server -> seen.find(server.id()).isEmpty())
                .flatMap(server -> server.addresses().stream()
                        .<Step>map(addresses -> new Step.Add(server.id(), addresses.raftAddress())))
                .findFirst();
    }

    /** V4: who shall have no vote; of too many the dead first, then the highest id, the leader last. */
    private Optional<Step> demotion() {
        List<String> voters = seen.voters().stream()
                .map(Membership.Member::id)
                .filter(servers::containsKey)
                .toList();
        Optional<Step> unwanted = voters.stream()
                .filter(id -> !isEligible(id))
                .flatMap(id -> withoutVote(id, new Step.Demote(id)).stream())
                .findFirst();
        if (unwanted.isPresent() || seen.voters().size() <= config.desiredVoters()) {
            return unwanted;
        }
        return voters.stream()
                .sorted(Comparator.comparing((String id) -> id.equals(self))
                        .thenComparing(this::reaches)
                        .thenComparing(Comparator.reverseOrder()))
                .flatMap(id -> withoutVote(id, new Step.Demote(id)).stream())
                .findFirst();
    }

    private Optional<Step> promotion() {
        if (seen.voters().size() >= config.desiredVoters()) {
            return Optional.empty();
        }
        return seen.members().stream()
                .filter(member -> !member.voter() && isEligible(member.id()) && reaches(member.id()))
                .map(Membership.Member::id)
                .filter(id -> up.getOrDefault(id, Duration.ZERO).compareTo(config.promoteAfterUp()) >= 0)
                .filter(id -> lag.getOrDefault(id, Long.MAX_VALUE) <= config.promoteMaxLag())
                .min(Comparator.<String, Long>comparing(lag::get).thenComparing(Comparator.naturalOrder()))
                .map(Step.Promote::new);
    }

    /** V5: never so that the voters that can be reached are no majority of those that are left. */
    private Optional<Step> withoutVote(String id, Step step) {
        List<String> left = seen.voters().stream()
                .map(Membership.Member::id)
                .filter(voter -> !voter.equals(id))
                .toList();
        if (left.stream().filter(this::reaches).count() * 2 <= left.size()) {
            return Optional.empty();
        }
        return id.equals(self) ? successor(left).map(Step.HandOver::new) : Optional.of(step);
    }

    /** Who keeps its vote, with the least lag. */
    private Optional<String> successor(List<String> voters) {
        return voters.stream()
                .filter(voter -> reaches(voter) && isEligible(voter))
                .min(Comparator.<String, Long>comparing(voter -> lag.getOrDefault(voter, Long.MAX_VALUE))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private boolean isEligible(String id) {
        Server server = servers.get(id);
        return server != null && server.eligible();
    }

    private boolean reaches(String id) {
        return id.equals(self) || MembershipController.isReachable(id, silence);
    }

    /** V5: there are not as many servers that may have a vote as there shall be votes. */
    boolean hasTooFew() {
        return seen.voters().size() < config.desiredVoters()
                && servers.values().stream().filter(Server::eligible).count() < config.desiredVoters();
    }
}
