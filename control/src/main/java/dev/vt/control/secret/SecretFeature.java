package dev.vt.control.secret;

import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Endpoint;
import dev.vt.control.key.KeyWrapper;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.security.SecureRandom;
import java.util.List;

/** Registers the noun. */
public final class SecretFeature implements Feature {
    private final SecretHandlers handlers;
    private final Secrets secrets;

    public SecretFeature(
            Mutations mutations,
            StateReader state,
            Envs envs,
            Secrets secrets,
            KeyWrapper wrapper,
            SecureRandom random,
            DesiredReleases desired) {
        this.secrets = secrets;
        SecretVault vault = new SecretVault(state, wrapper);
        OrgFingerprints fingerprints = new OrgFingerprints(state, wrapper, random);
        this.handlers = new SecretHandlers(mutations, state, envs, secrets, vault, fingerprints, random, desired);
    }

    @Override
    public String name() {
        return "secret";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public List<SealedRecords> sealedRecords() {
        return List.of(SecretVault.records(secrets::version), OrgFingerprints.RECORDS);
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(SecretFeature.class, "secret.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new SecretProjection());
    }
}
