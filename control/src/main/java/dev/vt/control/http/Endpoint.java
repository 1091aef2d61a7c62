package dev.vt.control.http;

import java.util.Set;
import java.util.TreeSet;

/**
 * One operation of the API, as data.
 *
 * @param operation {@code <plural noun>.<verb>}, for example {@code apps.create}: the OpenAPI operationId, the receipt's
 *     operation, and part of the idempotency scope (A8)
 * @param parameters query parameters it knows; any other is refused (A4)
 * @param keyRequired whether {@code Idempotency-Key} must be there
 * @param maxBodyBytes larger bodies are {@code payload_too_large}
 * @param local whether it is about the server that is asked, and so never the leader's to answer (V10)
 */
public record Endpoint(
        String operation,
        HttpMethod method,
        PathTemplate path,
        Access access,
        Set<String> parameters,
        boolean keyRequired,
        int maxBodyBytes,
        boolean local,
        Handler handler) {
    /** 1 MiB (api.md §8). */
    public static final int DEFAULT_MAX_BODY = 1 << 20;

    public Endpoint {
        parameters = Set.copyOf(parameters);
        if (access instanceof Access.InOrg && !path.segments().contains("{org_id}")) {
            throw new IllegalArgumentException("no {org_id} in the path of " + operation);
        }
    }

    public static Endpoint get(String operation, String path, Access access, Handler handler) {
        return of(operation, HttpMethod.GET, path, access, handler);
    }

    /** A GET with {@code limit}, {@code cursor}, {@code order} and these filters (A12, A13). */
    public static Endpoint list(String operation, String path, Access access, Set<String> filters, Handler handler) {
        Set<String> all = new TreeSet<>(filters);
        all.addAll(PageRequest.PARAMETERS);
        return get(operation, path, access, handler).withParameters(all);
    }

    /** Needs an {@code Idempotency-Key}; see {@link #withoutKey}. */
    public static Endpoint post(String operation, String path, Access access, Handler handler) {
        return of(operation, HttpMethod.POST, path, access, handler);
    }

    public static Endpoint put(String operation, String path, Access access, Handler handler) {
        return of(operation, HttpMethod.PUT, path, access, handler);
    }

    public static Endpoint patch(String operation, String path, Access access, Handler handler) {
        return of(operation, HttpMethod.PATCH, path, access, handler);
    }

    public static Endpoint delete(String operation, String path, Access access, Handler handler) {
        return of(operation, HttpMethod.DELETE, path, access, handler);
    }

    private static Endpoint of(String operation, HttpMethod method, String path, Access access, Handler handler) {
        return new Endpoint(
                operation,
                method,
                PathTemplate.of(path),
                access,
                Set.of(),
                method == HttpMethod.POST,
                DEFAULT_MAX_BODY,
                false,
                handler);
    }

    public Endpoint withParameters(Set<String> names) {
        return new Endpoint(operation, method, path, access, names, keyRequired, maxBodyBytes, local, handler);
    }

    /** For public auth rows and actions that append nothing, such as {@code plan}. */
    public Endpoint withoutKey() {
        return new Endpoint(operation, method, path, access, parameters, false, maxBodyBytes, local, handler);
    }

    public Endpoint withMaxBody(int bytes) {
        return new Endpoint(operation, method, path, access, parameters, keyRequired, bytes, local, handler);
    }

    /** For what a server does to itself and appends nothing. */
    public Endpoint onThisServer() {
        return new Endpoint(operation, method, path, access, parameters, keyRequired, maxBodyBytes, true, handler);
    }
}
