package dev.vt.images;

/** What a registry is shown; kept in memory only and never printed. */
public sealed interface RegistryCredentials {
    /** No credentials: public repositories. */
    record Anonymous() implements RegistryCredentials {}

    /** User name and password, sent to the registry itself or to the token service it names. */
    record Basic(String username, byte[] password) implements RegistryCredentials {
        public Basic {
            password = password.clone();
        }

        @Override
        public String toString() {
            return "Basic[redacted]";
        }
    }

    /** A token that the registry takes as it is. */
    record Bearer(byte[] token) implements RegistryCredentials {
        public Bearer {
            token = token.clone();
        }

        @Override
        public String toString() {
            return "Bearer[redacted]";
        }
    }

    static RegistryCredentials anonymous() {
        return new Anonymous();
    }
}
