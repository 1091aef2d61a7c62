package dev.vt.images.client;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code WWW-Authenticate} header, as far as registries use it.
 *
 * @param scheme lower case
 * @param parameters names in lower case
 */
record AuthChallenge(String scheme, Map<String, String> parameters) {
    private static final Pattern PARAMETER =
            Pattern.compile("([a-zA-Z_]+)\\s*=\\s*(?:\"([^\"]{0,2048})\"|([^\\s,\"]+))");

    static AuthChallenge parse(String header) {
        int space = header.indexOf(' ');
        if (space < 0) {
            return new AuthChallenge(header.toLowerCase(Locale.ROOT), Map.of());
        }
        Map<String, String> parameters = new TreeMap<>();
        Matcher matcher = PARAMETER.matcher(header.substring(space));
        while (matcher.find()) {
            String value = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            parameters.put(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return new AuthChallenge(header.substring(0, space).toLowerCase(Locale.ROOT), parameters);
    }
}
