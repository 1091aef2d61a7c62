package dev.vt.control.ca;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS between servers (SC-5): both sides must show a certificate of the cluster's authority that names a server; a node's
 * or an edge's is refused, because Raft's port lets whoever gets in change the cluster. The first server has its identity only
 * after its log is open, and the log wants this before: until {@link #install} nobody is trusted. Who was removed may not come
 * in any more; towards it we still connect, so that it hears that it is out. Installing again renews, without a restart. Thread-safe.
 */
public final class RaftTls {
    private static final char[] NO_PASSWORD = new char[0];

    private record Managers(X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {}

    private volatile @Nullable Managers managers;
    private volatile Predicate<String> gone = id -> false;

    /** From now on this server is who the identity says, and knows its peers. */
    public void install(ServerIdentity identity) {
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, NO_PASSWORD);
            own.setKeyEntry("server", identity.key(), NO_PASSWORD, new X509Certificate[] {
                identity.certificate(), identity.authority()
            });
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, NO_PASSWORD);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, NO_PASSWORD);
            trusted.setCertificateEntry("authority", identity.authority());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            managers = new Managers((X509ExtendedKeyManager) keys.getKeyManagers()[0], (X509ExtendedTrustManager)
                    trust.getTrustManagers()[0]);
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateAuthorityException("cannot set up TLS between servers", e);
        }
    }

    /** From now on these servers are refused; asked at every handshake, so it must not wait. */
    public void refuse(Predicate<String> serverIds) {
        gone = serverIds;
    }

    public X509ExtendedKeyManager keys() {
        return new CurrentKeys(() -> {
            Managers current = managers;
            return current == null ? null : current.keys;
        });
    }

    public X509ExtendedTrustManager trust() {
        return new Trust();
    }

    private void requireMember(X509Certificate[] chain) throws CertificateException {
        requireServer(chain);
        if (MemberIdentity.of(chain[0]).map(MemberIdentity::id).filter(gone).isPresent()) {
            throw new CertificateException("the peer was removed from this cluster");
        }
    }

    private static void requireServer(X509Certificate[] chain) throws CertificateException {
        if (MemberIdentity.of(chain[0])
                .filter(peer -> peer.kind().equals("server"))
                .isEmpty()) {
            throw new CertificateException("the peer is not a server of this cluster");
        }
    }

    private final class Trust extends X509ExtendedTrustManager {
        private X509ExtendedTrustManager installed() throws CertificateException {
            Managers current = managers;
            if (current == null) {
                throw new CertificateException("this server has no identity yet");
            }
            return current.trust;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            installed().checkClientTrusted(chain, type);
            requireMember(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            installed().checkClientTrusted(chain, type, socket);
            requireMember(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            installed().checkClientTrusted(chain, type, engine);
            requireMember(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            installed().checkServerTrusted(chain, type);
            requireServer(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            installed().checkServerTrusted(chain, type, socket);
            requireServer(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            installed().checkServerTrusted(chain, type, engine);
            requireServer(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            Managers current = managers;
            return current == null ? new X509Certificate[0] : current.trust.getAcceptedIssuers();
        }
    }
}
