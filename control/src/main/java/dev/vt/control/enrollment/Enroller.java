package dev.vt.control.enrollment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.CertificateAuthority;
import dev.vt.control.ca.InvalidRequestException;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.cluster.Servers;
import dev.vt.control.edge.Edges;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.node.Node;
import dev.vt.control.node.NodeEvent;
import dev.vt.control.node.Nodes;
import dev.vt.control.node.OverlayAddresses;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits machines (security.md §4): token, certificate, id and address in one batch with the token's consumption, or nothing.
 * Thread-safe.
 */
public final class Enroller {
    private static final Logger log = LoggerFactory.getLogger(Enroller.class);
    /** Of two machines that enroll at once one loses the address that both picked, and picks the next. */
    private static final int ADDRESS_TRIES = 16;

    /**
     * The new member.
     *
     * @param overlayIpv6 of a node; null for an edge
     */
    public record Membership(
            String id,
            String clusterId,
            X509Certificate certificate,
            X509Certificate authority,
            @Nullable String overlayIpv6) {}

    private final EnrollmentTokens tokens;
    private final SystemMutations mutations;
    private final Clusters clusters;
    private final Nodes nodes;
    private final Edges edges;
    private final CertificateAuthority authority;

    public Enroller(
            StateReader state,
            SystemMutations mutations,
            Clusters clusters,
            Nodes nodes,
            Edges edges,
            CertificateAuthority authority) {
        this.tokens = new EnrollmentTokens(state, new SecureRandom());
        this.mutations = mutations;
        this.clusters = clusters;
        this.nodes = nodes;
        this.edges = edges;
        this.authority = authority;
    }

    /**
     * @throws ProblemException {@code token_invalid}; {@code invalid_argument}, {@code name_taken} (the token stays open);
     *     {@code key_enrolled} (the token is used up, SC-2)
     */
    public Membership enroll(EnrollmentRequest request) {
        EnrollmentToken token = tokens.findBySecret(request.token())
                .filter(found -> found.kind() == request.kind() && found.state() instanceof EnrollmentState.Open)
                .orElseThrow(() -> new ProblemException(EnrollmentDecider.invalid()));
        try {
            CertificateAuthority.requestedKey(request.certificateRequest());
        } catch (InvalidRequestException e) {
            throw new ProblemException(Problem.of(ErrorCode.INVALID_ARGUMENT, "csr_der: " + e.getMessage()));
        }
        refuseKnownKey(request, token.row().id());
        for (int tries = 1; ; tries++) {
            AtomicReference<@Nullable Membership> admitted = new AtomicReference<>();
            SystemMutations.Outcome outcome =
                    mutations.asSystem("enrollment", draft -> admitted.set(admit(draft, request)));
            switch (outcome) {
                case SystemMutations.Outcome.Applied applied -> {
                    Membership member = Objects.requireNonNull(admitted.get());
                    log.info(
                            "member enrolled kind={} id={} name={} token={}",
                            request.kind().wire(),
                            member.id(),
                            request.name(),
                            token.row().id());
                    return member;
                }
                case SystemMutations.Outcome.Refused(Problem problem) -> {
                    if (problem.code() != ErrorCode.ADDRESS_IN_USE || tries == ADDRESS_TRIES) {
                        throw new ProblemException(problem);
                    }
                }
                case SystemMutations.Outcome.Unchanged unchanged ->
                    throw new IllegalStateException("an enrollment without events");
            }
        }
    }

    private Membership admit(Draft draft, EnrollmentRequest request) {
        EnrollmentToken token = tokens.findBySecret(request.token())
                .orElseThrow(() -> new ProblemException(EnrollmentDecider.invalid()));
        String clusterId = clusters.require().id();
        String id = draft.newId(request.kind().idPrefix());
        X509Certificate certificate = request.kind() == MemberKind.SERVER
                ? authority.signServer(
                        request.certificateRequest(),
                        id,
                        clusterId,
                        ServerAddresses.parse(request.addresses()).orElseThrow().hosts())
                : authority.signMember(
                        request.certificateRequest(), id, request.kind().wire(), clusterId);
        String fingerprint = CertificateAuthority.fingerprint(certificate);
        tokens.consume(draft, token, request.kind(), id);
        String overlay = null;
        switch (request.kind()) {
            case NODE -> {
                overlay = OverlayAddresses.node(clusters.require().ipv6Prefix(), nodes.nextOrdinal());
                nodes.enroll(draft, id, node(request, token, fingerprint, overlay));
            }
            case EDGE -> edges.enroll(draft, id, request.name(), request.addresses(), fingerprint);
            case SERVER -> Servers.enroll(draft, id, request.name(), request.addresses(), request.agentVersion());
        }
        return new Membership(id, clusterId, certificate, authority.certificate(), overlay);
    }

    private static NodeEvent.Enrolled node(
            EnrollmentRequest request, EnrollmentToken token, String fingerprint, String overlay) {
        Map<String, String> labels = new TreeMap<>(request.labels());
        // What the operator wrote into the token is stronger than what the machine says of itself.
        labels.putAll(token.labels());
        ObjectNode inventory = request.inventory();
        if (inventory == null) {
            throw new IllegalStateException("a node without inventory passed the checks");
        }
        return new NodeEvent.Enrolled(
                request.name(),
                token.row().id(),
                labels,
                request.wireguardPublicKey(),
                fingerprint,
                overlay,
                request.addresses(),
                inventory,
                request.agentVersion());
    }

    private void refuseKnownKey(EnrollmentRequest request, String tokenId) {
        String key = request.wireguardPublicKey();
        Optional<Node> owner = key == null ? Optional.empty() : nodes.findByWireguardKey(key);
        if (owner.isPresent()) {
            mutations.asSystem("enrollment", draft -> {
                EnrollmentToken token = tokens.find(tokenId).orElseThrow();
                tokens.consume(draft, token, request.kind(), owner.get().id());
            });
            throw new ProblemException(
                    Problem.of(ErrorCode.KEY_ENROLLED, "the WireGuard key belongs to a node already"));
        }
    }
}
