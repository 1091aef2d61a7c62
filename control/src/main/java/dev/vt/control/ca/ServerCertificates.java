package dev.vt.control.ca;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews what this server shows to others when two thirds of its life are over, with a new key and without a restart (SC-6). A
 * server has the authority, so it asks nobody. Peers take whatever the authority signed: the old certificate holds until it
 * ends. One virtual thread looks once an hour.
 */
public final class ServerCertificates implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ServerCertificates.class);
    private static final Duration PERIOD = Duration.ofHours(1);

    /**
     * By what it is known to other servers, in Raft mode.
     *
     * @param hosts names and addresses by which the others reach it
     */
    public record Member(Path dataDir, String serverId, String clusterId, List<String> hosts, RaftTls raft) {
        public Member {
            hosts = List.copyOf(hosts);
        }
    }

    private final CertificateAuthority authority;
    private final ServerTls tls;
    private final @Nullable Member member;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("server-certificates").unstarted(this::run);

    public ServerCertificates(CertificateAuthority authority, ServerTls tls, @Nullable Member member, Clock clock) {
        this.authority = authority;
        this.tls = tls;
        this.member = member;
        this.clock = clock;
    }

    /** Two thirds of the life are over. */
    static boolean isDue(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        return !now.isBefore(from.plus(life.multipliedBy(2).dividedBy(3)));
    }

    /**
     * Makes what is missing, renews what is due, and has it used from the next handshake on; at the start and then by our
     * thread.
     */
    public void renew() {
        Instant now = clock.instant();
        if (isDue(tls.certificate(), now)) {
            tls.renew(authority);
            log.info(
                    "renewed the certificate of the API and gRPC until={}",
                    tls.certificate().getNotAfter());
        }
        if (member != null) {
            member.raft().install(identity(member, now));
        }
    }

    private ServerIdentity identity(Member of, Instant now) {
        return ServerIdentity.load(of.dataDir())
                .filter(kept -> !isDue(kept.certificate(), now))
                .orElseGet(() -> {
                    ServerIdentity made = authority.newServer(of.serverId(), of.clusterId(), of.hosts());
                    made.save(of.dataDir());
                    log.info(
                            "renewed this server's identity server={} until={}",
                            of.serverId(),
                            made.certificate().getNotAfter());
                    return made;
                });
    }

    /** Once, after the first {@link #renew}. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    renew();
                } catch (RuntimeException e) {
                    log.error("cannot renew this server's certificates, trying again in an hour", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
