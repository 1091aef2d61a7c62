package dev.vt.control.enrollment;

import dev.vt.control.ca.CertificateAuthority;
import dev.vt.control.ca.InvalidRequestException;
import dev.vt.control.ca.KnownCertificate;
import dev.vt.control.ca.MemberIdentity;
import dev.vt.control.ca.RenewedCertificate;
import dev.vt.control.cluster.Clusters;
import dev.vt.control.edge.Edge;
import dev.vt.control.edge.Edges;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.node.Node;
import dev.vt.control.node.NodeState;
import dev.vt.control.node.Nodes;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the certificates of nodes and edges (SC-6): who holds the key of the one in force gets the next, for another key. Thread-safe.
 *
 * <p>The certificate is kept beside its event, so that a member whose answer was lost gets the same again, whenever it asks; what it
 * needs for that is the new key, which signs the request.
 */
public final class Renewer {
    private static final Logger log = LoggerFactory.getLogger(Renewer.class);
    private static final String KIND = "member_certificate";
    /** As long as the old certificate is taken beside the new one. */
    private static final Duration OVERLAP = Duration.ofHours(24);
    /** After the end of a certificate; longer, and it may be anybody who found the disk. */
    private static final Duration GRACE = Duration.ofDays(7);

    private static final byte[] PROOF = "vt-renew-v1\0".getBytes(StandardCharsets.US_ASCII);

    private final StateReader state;
    private final Clusters clusters;
    private final Nodes nodes;
    private final Edges edges;
    private final CertificateAuthority authority;
    private final RenewalObserver observer;
    private final Clock clock;

    public Renewer(
            StateReader state,
            Clusters clusters,
            Nodes nodes,
            Edges edges,
            CertificateAuthority authority,
            RenewalObserver observer,
            Clock clock) {
        this.state = state;
        this.clusters = clusters;
        this.nodes = nodes;
        this.edges = edges;
        this.authority = authority;
        this.observer = observer;
        this.clock = clock;
    }

    /**
     * @param certificateDer the certificate in force
     * @param requestDer PKCS#10 for the next key
     * @param proof of the old key, over the request
     * @throws ProblemException {@code invalid_argument}; {@code unauthorized} if the certificate is not the member's, or too old;
     *     {@code forbidden} if the member is revoked; {@code invalid_state} if it is too early; {@code no_leader}
     */
    public X509Certificate renew(byte[] certificateDer, byte[] requestDer, byte[] proof) {
        String kind = "unknown";
        try {
            X509Certificate presented = parse(certificateDer)
                    .filter(authority::signed)
                    .orElseThrow(() -> unauthorized("the certificate is not of this cluster"));
            MemberIdentity member = MemberIdentity.of(presented)
                    .filter(identity ->
                            identity.kind().equals("node") || identity.kind().equals("edge"))
                    .orElseThrow(() -> unauthorized("the certificate is no node's and no edge's"));
            PublicKey next = requestedKey(requestDer);
            if (!proves(presented.getPublicKey(), requestDer, proof)) {
                throw unauthorized("the request is not signed by the certificate's key");
            }
            kind = member.kind();
            return renew(member, presented, next, requestDer);
        } catch (ProblemException e) {
            observer.renewed(kind, e.problem().code().code());
            throw e;
        }
    }

    private X509Certificate renew(MemberIdentity member, X509Certificate presented, PublicKey next, byte[] requestDer) {
        if (isRevoked(member)) {
            throw new ProblemException(Problem.of(ErrorCode.FORBIDDEN, "the " + member.kind() + " is revoked"));
        }
        KnownCertificate known = known(member).orElseThrow(() -> unauthorized("there is no such member"));
        Optional<X509Certificate> answered =
                kept(member).filter(certificate -> certificate.getPublicKey().equals(next));
        if (answered.isPresent()
                && CertificateAuthority.fingerprint(answered.get()).equals(known.fingerprint())) {
            observer.renewed(member.kind(), "repeated");
            return answered.get();
        }
        checkTime(presented, known);
        if (presented.getPublicKey().equals(next)) {
            throw new ProblemException(
                    Problem.of(ErrorCode.INVALID_ARGUMENT, "csr_der: the next key must be another one"));
        }
        AtomicReference<@Nullable X509Certificate> made = new AtomicReference<>();
        SystemMutations.Outcome outcome = member.kind().equals("node")
                ? nodes.renew(member.id(), (draft, replaced) -> issue(draft, member, known, replaced, requestDer, made))
                : edges.renew(
                        member.id(), (draft, replaced) -> issue(draft, member, known, replaced, requestDer, made));
        if (outcome instanceof SystemMutations.Outcome.Refused(Problem problem)) {
            throw new ProblemException(problem);
        }
        X509Certificate renewed = Objects.requireNonNull(made.get());
        observer.renewed(member.kind(), "renewed");
        log.info("certificate renewed kind={} id={} until={}", member.kind(), member.id(), renewed.getNotAfter());
        return renewed;
    }

    private RenewedCertificate issue(
            Draft draft,
            MemberIdentity member,
            KnownCertificate before,
            KnownCertificate replaced,
            byte[] requestDer,
            AtomicReference<@Nullable X509Certificate> made) {
        // Of two requests at once the second finds another certificate in force.
        if (!replaced.equals(before)) {
            throw unauthorized("the certificate was renewed meanwhile");
        }
        X509Certificate certificate = authority.signMember(
                requestDer, member.id(), member.kind(), clusters.require().id());
        made.set(certificate);
        Instant ends = certificate.getNotAfter().toInstant();
        draft.side(new SideOperation.Put(KIND, key(member), encoded(certificate), ends.plus(GRACE)));
        return new RenewedCertificate(
                CertificateAuthority.fingerprint(certificate),
                ends,
                before.fingerprint(),
                draft.now().plus(OVERLAP));
    }

    private boolean isRevoked(MemberIdentity member) {
        return member.kind().equals("node")
                ? nodes.find(member.id())
                        .filter(node -> node.state() == NodeState.Admission.REVOKED)
                        .isPresent()
                : edges.find(member.id()).filter(Edge::isRevoked).isPresent();
    }

    private Optional<KnownCertificate> known(MemberIdentity member) {
        return member.kind().equals("node")
                ? nodes.find(member.id()).map(Node::certificate)
                : edges.find(member.id()).map(Edge::certificate);
    }

    private void checkTime(X509Certificate presented, KnownCertificate known) {
        Instant now = clock.instant();
        if (!CertificateAuthority.fingerprint(presented).equals(known.fingerprint())) {
            throw unauthorized("another certificate of this member is in force");
        }
        Instant from = presented.getNotBefore().toInstant();
        Instant ends = presented.getNotAfter().toInstant();
        if (now.isAfter(ends.plus(GRACE))) {
            throw new ProblemException(Problem.of(
                            ErrorCode.UNAUTHORIZED,
                            "the certificate ended more than " + GRACE.toDays()
                                    + " days ago; the machine must enrol again")
                    .withHint("make a token with vt tokens create, and enroll again"));
        }
        // So that who has a key cannot fill the log with it.
        if (now.isBefore(from.plus(Duration.between(from, ends).dividedBy(2)))) {
            throw new ProblemException(
                    Problem.of(ErrorCode.INVALID_STATE, "half of the certificate's life is not over yet"));
        }
    }

    private Optional<X509Certificate> kept(MemberIdentity member) {
        return state.side(KIND, key(member)).flatMap(record -> parse(record.content()));
    }

    private static String key(MemberIdentity member) {
        return member.kind() + "/" + member.id();
    }

    private static Optional<X509Certificate> parse(byte[] der) {
        try {
            return Optional.of((X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
        } catch (GeneralSecurityException e) {
            // Hostile bytes; the caller refuses what is no certificate as it refuses a foreign one.
            return Optional.empty();
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was just made cannot be encoded", e);
        }
    }

    private static PublicKey requestedKey(byte[] requestDer) {
        try {
            return CertificateAuthority.requestedKey(requestDer);
        } catch (InvalidRequestException e) {
            throw new ProblemException(Problem.of(ErrorCode.INVALID_ARGUMENT, "csr_der: " + e.getMessage()));
        }
    }

    private static boolean proves(PublicKey key, byte[] requestDer, byte[] proof) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(key);
            signature.update(PROOF);
            signature.update(requestDer);
            return signature.verify(proof);
        } catch (GeneralSecurityException e) {
            // Bytes that are no signature prove nothing.
            return false;
        }
    }

    private static ProblemException unauthorized(String detail) {
        return new ProblemException(Problem.of(ErrorCode.UNAUTHORIZED, detail));
    }
}
