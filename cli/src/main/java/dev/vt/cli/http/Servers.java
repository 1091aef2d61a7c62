package dev.vt.cli.http;

import java.util.Arrays;
import java.util.List;

/**
 * The addresses of one control plane's servers, any of which answers for all (api.md); the one in use changes when it does not
 * answer. Not thread-safe.
 */
public final class Servers {
    private final List<String> addresses;
    private int current;

    private Servers(List<String> addresses) {
        this.addresses = addresses;
    }

    /** @param text addresses with commas between them, for example {@code https://a.example.com,https://b.example.com} */
    public static Servers of(String text) {
        List<String> addresses = Arrays.stream(text.split(",", -1))
                .map(address -> address.strip().replaceAll("/+$", ""))
                .filter(address -> !address.isEmpty())
                .toList();
        return new Servers(addresses.isEmpty() ? List.of(text) : addresses);
    }

    /** By which the control plane is known, for example in the file of credentials. */
    public String first() {
        return addresses.getFirst();
    }

    /** The one in use. */
    public String current() {
        return addresses.get(current);
    }

    public int size() {
        return addresses.size();
    }

    /** Uses the next one, after the last the first again. */
    public void advance() {
        current = (current + 1) % addresses.size();
    }

    @Override
    public String toString() {
        return String.join(", ", addresses);
    }
}
