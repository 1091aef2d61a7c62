package dev.vt.images.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageReference;
import dev.vt.images.RegistryCredentials;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One repository with one set of credentials, for the length of a pull or push. Safe for use by many threads. Every call
 * is one attempt: transient failures come out as {@link TransientRegistryException}, final ones as
 * {@link ImageException}.
 */
final class RegistrySession {
    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_TOKEN_ANSWER = 64 << 10;
    private static final String DOCKER_HUB = "docker.io";
    private static final String DOCKER_HUB_API = "registry-1.docker.io";

    private final HttpClient http;
    private final RegistryOptions options;
    private final ImageReference repository;
    private final RegistryCredentials credentials;
    private final boolean plainHttp;
    private final String scope;
    private volatile @Nullable String authorization;

    /** @param actions of a token that the session asks for: {@code pull} or {@code pull,push} */
    RegistrySession(
            HttpClient http,
            RegistryOptions options,
            ImageReference repository,
            RegistryCredentials credentials,
            boolean plainHttp,
            String actions) {
        this.http = http;
        this.options = options;
        this.repository = repository;
        this.credentials = credentials;
        this.plainHttp = plainHttp || options.plainHttpHosts().contains(repository.host());
        this.scope = "repository:" + repository.path() + ":" + actions;
        this.authorization = switch (credentials) {
            case RegistryCredentials.Anonymous ignored -> null;
            case RegistryCredentials.Basic basic -> basicHeader(basic);
            case RegistryCredentials.Bearer bearer -> "Bearer " + new String(bearer.token(), StandardCharsets.UTF_8);
        };
    }

    /** @param rest of the path below the repository, for example {@code manifests/v1} */
    URI uri(String rest) {
        String host = repository.host().equals(DOCKER_HUB) ? DOCKER_HUB_API : repository.host();
        return URI.create((plainHttp ? "http://" : "https://") + host + "/v2/" + repository.path() + "/" + rest);
    }

    /** Sends a GET; the answer has a status below 300 and its body must be closed. */
    HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
        return exchange("GET", uri, headers, BodyPublishers.noBody());
    }

    /**
     * Sends a request and follows redirects if it is a GET or HEAD. Answers 401 once by asking for a token.
     *
     * @return an answer below 300, or 416
     */
    HttpResponse<InputStream> exchange(String method, URI uri, Map<String, String> headers, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response = followingRedirects(method, uri, headers, body);
        if (response.statusCode() == 401) {
            List<AuthChallenge> challenges = response.headers().allValues("WWW-Authenticate").stream()
                    .map(AuthChallenge::parse)
                    .toList();
            discard(response);
            Optional<AuthChallenge> bearer =
                    challenges.stream().filter(c -> c.scheme().equals("bearer")).findFirst();
            if (bearer.isEmpty() || credentials instanceof RegistryCredentials.Bearer) {
                throw new ImageException(ImageFailure.AUTH, "the registry does not accept the credentials");
            }
            authorization = "Bearer " + fetchToken(bearer.get());
            response = followingRedirects(method, uri, headers, body);
        }
        requireSuccess(response);
        return response;
    }

    private HttpResponse<InputStream> followingRedirects(
            String method, URI first, Map<String, String> headers, BodyPublisher body)
            throws IOException, InterruptedException {
        URI uri = first;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpResponse<InputStream> response =
                    once(method, uri, headers, body, isOwnHost(uri) ? authorization : null);
            int status = response.statusCode();
            boolean redirect = status >= 301 && status <= 308 && status != 304;
            if (!redirect || !(method.equals("GET") || method.equals("HEAD"))) {
                return response;
            }
            Optional<String> location = response.headers().firstValue("Location");
            discard(response);
            uri = resolve(uri, location.orElse(""));
        }
        throw new ImageException(ImageFailure.NETWORK, "the registry redirects more than " + MAX_REDIRECTS + " times");
    }

    /** @throws ImageException if the location is unusable, or would leave TLS for a host that is not listed */
    URI resolve(URI from, String location) {
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageFailure.NETWORK, "the registry redirects to an unusable address", e);
        }
        boolean mayBePlain = (plainHttp && sameHost(from, target))
                || options.plainHttpHosts().contains(target.getAuthority());
        if (location.isEmpty() || target.getHost() == null || !isAllowedScheme(target, mayBePlain)) {
            throw new ImageException(ImageFailure.NETWORK, "the registry redirects to an address that is not allowed");
        }
        return target;
    }

    private static boolean isAllowedScheme(URI target, boolean plainAllowed) {
        return "https".equals(target.getScheme()) || (plainAllowed && "http".equals(target.getScheme()));
    }

    /** Credentials are shown to the registry's own host only. */
    private boolean isOwnHost(URI uri) {
        return sameHost(uri, uri(""));
    }

    private static boolean sameHost(URI a, URI b) {
        return String.valueOf(a.getScheme()).equals(b.getScheme())
                && String.valueOf(a.getAuthority()).equalsIgnoreCase(b.getAuthority());
    }

    private HttpResponse<InputStream> once(
            String method,
            URI uri,
            Map<String, String> headers,
            BodyPublisher body,
            @Nullable String authorizationHeader)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).method(method, body).timeout(options.stallTimeout());
        headers.forEach(request::header);
        if (authorizationHeader != null) {
            request.header("Authorization", authorizationHeader);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (HttpTimeoutException e) {
            throw new TransientRegistryException(
                    ImageFailure.TIMEOUT, "the registry did not answer in time", Optional.empty(), e);
        }
    }

    private String fetchToken(AuthChallenge challenge) throws IOException, InterruptedException {
        String realm = challenge.parameters().getOrDefault("realm", "");
        List<String> query = new ArrayList<>();
        String service = challenge.parameters().get("service");
        if (service != null) {
            query.add("service=" + URLEncoder.encode(service, StandardCharsets.UTF_8));
        }
        query.add("scope=" + URLEncoder.encode(scope, StandardCharsets.UTF_8));
        URI uri = resolve(uri(""), realm + (realm.contains("?") ? "&" : "?") + String.join("&", query));
        String basic = credentials instanceof RegistryCredentials.Basic b ? basicHeader(b) : null;
        HttpResponse<InputStream> response = once("GET", uri, Map.of(), BodyPublishers.noBody(), basic);
        if (response.statusCode() == 401) {
            discard(response);
            throw new ImageException(ImageFailure.AUTH, "the token service does not accept the credentials");
        }
        requireSuccess(response);
        try (InputStream body = response.body()) {
            JsonNode answer = Json.parse(body.readNBytes(MAX_TOKEN_ANSWER));
            String token =
                    answer.path("token").asText(answer.path("access_token").asText(""));
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new ImageException(ImageFailure.AUTH, "the token service answered without a token");
            }
            return token;
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageFailure.AUTH, "the token service answered with something else", e);
        }
    }

    private static String basicHeader(RegistryCredentials.Basic basic) {
        byte[] user = (basic.username() + ":").getBytes(StandardCharsets.UTF_8);
        byte[] pair = new byte[user.length + basic.password().length];
        System.arraycopy(user, 0, pair, 0, user.length);
        System.arraycopy(basic.password(), 0, pair, user.length, basic.password().length);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    private static void requireSuccess(HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        if (status < 300 || status == 416) {
            return;
        }
        discard(response);
        switch (status) {
            case 401, 403 -> throw new ImageException(ImageFailure.AUTH, "the registry denies access");
            case 404 -> throw new ImageException(ImageFailure.NOT_FOUND, "the registry does not have it");
            case 429 ->
                throw new TransientRegistryException(
                        ImageFailure.NETWORK, "the registry limits requests", retryAfter(response), null);
            default -> {
                String message = "the registry answered with status " + status;
                if (status == 408 || status >= 500) {
                    throw new TransientRegistryException(ImageFailure.NETWORK, message, Optional.empty(), null);
                }
                throw new ImageException(ImageFailure.NETWORK, message);
            }
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        return response.headers().firstValue("Retry-After").flatMap(value -> {
            if (value.matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
            }
            try {
                Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration wait = Duration.between(Instant.now(), until);
                return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }

    static void discard(HttpResponse<InputStream> response) throws IOException {
        response.body().close();
    }
}
