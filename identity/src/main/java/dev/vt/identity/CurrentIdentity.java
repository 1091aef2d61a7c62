package dev.vt.identity;

import dev.vt.identity.MemberFiles.Held;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The identity that the next handshake shows; a client's only. Thread-safe. */
public final class CurrentIdentity extends X509ExtendedKeyManager {
    /** Aliases are looked up twice in a handshake: the generation tells which identity was meant. */
    private record Generation(String alias, Held held) {}

    private volatile Generation current;
    private volatile @Nullable Generation before;

    private CurrentIdentity(Held held) {
        this.current = new Generation("1", held);
    }

    /** @throws IdentityException as {@link MemberFiles#load} */
    public static CurrentIdentity open(MemberFiles files) {
        return new CurrentIdentity(files.load());
    }

    public X509Certificate certificate() {
        return current.held().certificate();
    }

    Held held() {
        return current.held();
    }

    /** One thread: the renewal's. */
    void replace(Held renewed) {
        Generation old = current;
        before = old;
        current = new Generation(Integer.toString(Integer.parseInt(old.alias()) + 1), renewed);
    }

    private @Nullable Held named(String alias) {
        Generation now = current;
        Generation old = before;
        if (now.alias().equals(alias)) {
            return now.held();
        }
        return old != null && old.alias().equals(alias) ? old.held() : null;
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
        return new String[] {current.alias()};
    }

    @Override
    public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return current.alias();
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return current.alias();
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Held held = named(alias);
        return held == null ? null : new X509Certificate[] {held.certificate()};
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Held held = named(alias);
        return held == null ? null : held.key();
    }
}
