package dev.vt.control.ca;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** How a server of this cluster speaks TLS; the key is made at start and kept in memory only. Thread-safe. */
public final class ServerTls {
    private record Shown(X509Certificate certificate, X509ExtendedKeyManager keys) {}

    private final List<String> names;
    private final List<String> addresses;
    private final X509Certificate trusted;
    private volatile Shown shown;

    private ServerTls(CertificateAuthority authority, Collection<String> names, Collection<String> addresses) {
        this.names = List.copyOf(names);
        this.addresses = List.copyOf(addresses);
        this.trusted = authority.certificate();
        this.shown = show(authority.serverIdentity(this.names, this.addresses));
    }

    /**
     * Issues a certificate for {@code localhost}, this host's name, and the addresses that the server listens on; of a wildcard
     * address, all addresses of this host.
     */
    public static ServerTls issue(CertificateAuthority authority, Collection<InetSocketAddress> listen) {
        Set<String> names = new TreeSet<>(Set.of("localhost"));
        Set<String> addresses = new TreeSet<>(Set.of("127.0.0.1", "::1"));
        for (InetSocketAddress address : listen) {
            InetAddress ip = address.getAddress();
            if (ip == null || ip.isAnyLocalAddress()) {
                addresses.addAll(ofThisHost());
            } else {
                addresses.add(plain(ip));
            }
            String host = address.getHostString();
            if (!host.contains(":") && !host.matches("[0-9.]+")) {
                names.add(host);
            }
        }
        return new ServerTls(authority, names, addresses);
    }

    /** What the next handshake shows. */
    public X509Certificate certificate() {
        return shown.certificate();
    }

    /** Another key and certificate for the same names, shown from the next handshake on (SC-6). */
    void renew(CertificateAuthority authority) {
        shown = show(authority.serverIdentity(names, addresses));
    }

    private static Shown show(CertificateAuthority.Identity identity) {
        try {
            char[] none = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("server", identity.key(), none, identity.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, none);
            return new Shown(identity.chain().getFirst(), (X509ExtendedKeyManager) keys.getKeyManagers()[0]);
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateAuthorityException("cannot set up this server's key", e);
        }
    }

    private CurrentKeys keys() {
        return new CurrentKeys(() -> shown.keys());
    }

    private static Set<String> ofThisHost() {
        try {
            Set<String> out = new TreeSet<>();
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .forEach(ip -> out.add(plain(ip)));
            return out;
        } catch (SocketException e) {
            throw new CertificateAuthorityException("cannot list this host's addresses", e);
        }
    }

    /** Without a zone. */
    private static String plain(InetAddress ip) {
        String text = ip.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** For gRPC: TLS 1.3; a client certificate is verified if there is one (SC-5). */
    public SslContext grpc() {
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(keys()))
                    .trustManager(trusted)
                    .clientAuth(ClientAuth.OPTIONAL)
                    .protocols("TLSv1.3")
                    .build();
        } catch (SSLException e) {
            throw new CertificateAuthorityException("cannot set up TLS for gRPC", e);
        }
    }

    /** Towards the HTTP API of other servers of this cluster. */
    public SSLContext towardsServers() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            store.setCertificateEntry("authority", trusted);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateAuthorityException("cannot set up TLS towards other servers", e);
        }
    }

    /** For the HTTP API; clients have no certificate there. */
    public SSLContext https() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {keys()}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new CertificateAuthorityException("cannot set up TLS for HTTP", e);
        }
    }
}
