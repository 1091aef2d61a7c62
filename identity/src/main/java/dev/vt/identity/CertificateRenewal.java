package dev.vt.identity;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.RenewRequest;
import dev.vt.api.proto.RenewResponse;
import dev.vt.identity.MemberFiles.Held;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews a machine's certificate when two thirds of its life are over, with a new key (SC-6). One virtual thread looks once an hour
 * at most; its period is the retry.
 */
public final class CertificateRenewal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CertificateRenewal.class);
    /** How long after its end a certificate may still be renewed. */
    private static final Duration GRACE = Duration.ofDays(7);

    private static final Duration LONGEST_PERIOD = Duration.ofHours(1);
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    /** What the old key signs is this and the request, so that the signature is good for nothing else. */
    private static final byte[] PROOF = "vt-renew-v1\0".getBytes(StandardCharsets.US_ASCII);

    /** Asks servers, one after the other, without a client certificate: the old one may have ended. */
    @FunctionalInterface
    public interface Servers {
        /** @throws RenewalException if none renewed it; the message says why, for people */
        RenewResponse renew(RenewRequest request) throws RenewalException, InterruptedException;
    }

    private final MemberFiles files;
    private final CurrentIdentity identity;
    private final Servers servers;
    private final Clock clock;
    private final String enrolAgain;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("certificate-renewal").unstarted(this::run);
    private volatile Map<String, String> conditions = Map.of();

    /** @param enrolAgain what a person does once it is too late, for example {@code vt agent enroll --data-dir D …} */
    public CertificateRenewal(
            MemberFiles files, CurrentIdentity identity, Servers servers, Clock clock, String enrolAgain) {
        this.files = files;
        this.identity = identity;
        this.servers = servers;
        this.clock = clock;
        this.enrolAgain = enrolAgain;
    }

    public void start() {
        thread.start();
    }

    /** {@code certificate_renewal_failed}, {@code certificate_expired}: what is wrong now, with the reason; safe for any thread. */
    public Map<String, String> conditions() {
        return conditions;
    }

    /**
     * Whether it is too late to renew the certificate of a machine that was enrolled; then it may be enrolled as another.
     *
     * @throws IdentityException if there is no certificate
     */
    public static boolean isLost(MemberFiles files, Instant now) {
        return isLost(files.readCertificate(), now);
    }

    private static boolean isLost(X509Certificate certificate, Instant now) {
        return now.isAfter(certificate.getNotAfter().toInstant().plus(GRACE));
    }

    private static Duration life(X509Certificate certificate) {
        return Duration.between(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    private static boolean isDue(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        return !now.isBefore(from.plus(life(certificate).multipliedBy(2).dividedBy(3)));
    }

    private void run() {
        try {
            do {
                look();
            } while (!closing.await(period().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A sixtieth of the life: twelve looks between two thirds and the end, if they are shorter than hours. */
    private Duration period() {
        Duration part = life(identity.certificate()).dividedBy(60);
        if (part.compareTo(LONGEST_PERIOD) > 0) {
            return LONGEST_PERIOD;
        }
        return part.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : part;
    }

    private void look() throws InterruptedException {
        X509Certificate held = identity.certificate();
        Instant now = clock.instant();
        if (isLost(held, now)) {
            log.error(
                    "the certificate ended more than {} days ago and cannot be renewed; VMs and connections go on; enrol again: {}",
                    GRACE.toDays(),
                    enrolAgain);
            conditions = Map.of("certificate_expired", "enrol again: " + enrolAgain);
        } else if (isDue(held, now)) {
            try {
                renew();
                conditions = Map.of();
            } catch (RenewalException | IdentityException e) {
                log.warn("the certificate was not renewed, trying again until={}", held.getNotAfter(), e);
                conditions = Map.of("certificate_renewal_failed", String.valueOf(e.getMessage()));
            }
        }
    }

    private void renew() throws RenewalException, InterruptedException {
        KeyPair next = files.nextKeyPair();
        RenewResponse answer = servers.renew(request(identity.held(), next));
        X509Certificate renewed;
        try {
            renewed = MemberFiles.parse(answer.getCertificateDer().toByteArray());
        } catch (GeneralSecurityException e) {
            throw new RenewalException("the server answered with what is no certificate", e);
        }
        identity.replace(files.install(renewed, next));
        log.info("the certificate was renewed until={}", renewed.getNotAfter());
    }

    private static RenewRequest request(Held old, KeyPair next) {
        try {
            byte[] request = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=member"), next.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(next.getPrivate()))
                    .getEncoded();
            Signature proof = Signature.getInstance("SHA256withECDSA");
            proof.initSign(old.key());
            proof.update(PROOF);
            proof.update(request);
            return RenewRequest.newBuilder()
                    .setCertificateDer(ByteString.copyFrom(old.certificate().getEncoded()))
                    .setCsrDer(ByteString.copyFrom(request))
                    .setProof(ByteString.copyFrom(proof.sign()))
                    .build();
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IdentityException("cannot make a certificate request", e);
        }
    }

    /** Ends what runs; when it returns nothing more is written, unless a write hangs for longer than {@link #LONGEST_CLOSE}. */
    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(LONGEST_CLOSE)) {
                log.warn("the renewal of the certificate did not end within {}", LONGEST_CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
