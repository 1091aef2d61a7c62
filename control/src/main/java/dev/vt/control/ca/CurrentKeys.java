package dev.vt.control.ca;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The keys in force at each handshake, so that a renewed certificate needs no restart; connections that stand keep theirs.
 * Thread-safe if the supplier is.
 */
final class CurrentKeys extends X509ExtendedKeyManager {
    private final Supplier<@Nullable X509ExtendedKeyManager> keys;

    /** @param keys null: there are none yet */
    CurrentKeys(Supplier<@Nullable X509ExtendedKeyManager> keys) {
        this.keys = keys;
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.getClientAliases(type, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.chooseClientAlias(types, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.chooseEngineClientAlias(types, issuers, engine);
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.getServerAliases(type, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.chooseServerAlias(type, issuers, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.chooseEngineServerAlias(type, issuers, engine);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        X509ExtendedKeyManager current = keys.get();
        return current == null ? null : current.getPrivateKey(alias);
    }
}
