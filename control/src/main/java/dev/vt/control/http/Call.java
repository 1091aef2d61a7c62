package dev.vt.control.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request that passed routing, authentication and authorization. Used by one thread, the connection's. */
public final class Call {
    private final Endpoint endpoint;
    private final String requestId;
    private final @Nullable Caller caller;
    private final String path;
    private final Map<String, String> pathParameters;
    private final Map<String, List<String>> query;
    private final Map<String, String> headers;
    private final String remoteAddress;
    private final HttpLimits limits;
    private final Supplier<byte[]> bodySource;
    private byte @Nullable [] body;

    /**
     * @param headers names in lower case
     * @param bodySource reads the body, bounded; called at most once
     */
    Call(
            Endpoint endpoint,
            String requestId,
            @Nullable Caller caller,
            String path,
            Map<String, String> pathParameters,
            Map<String, List<String>> query,
            Map<String, String> headers,
            String remoteAddress,
            HttpLimits limits,
            Supplier<byte[]> bodySource) {
        this.endpoint = endpoint;
        this.requestId = requestId;
        this.caller = caller;
        this.path = path;
        this.pathParameters = Map.copyOf(pathParameters);
        this.query = Map.copyOf(query);
        this.headers = Map.copyOf(headers);
        this.remoteAddress = remoteAddress;
        this.limits = limits;
        this.bodySource = bodySource;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** {@code req_…}, or what the client sent. */
    public String requestId() {
        return requestId;
    }

    /** @throws IllegalStateException on a public endpoint */
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException("no caller: " + endpoint.operation() + " is public");
        }
        return caller;
    }

    /** The path's org, of which the caller is a member. */
    public OrgScope org() {
        if (!(endpoint.access() instanceof Access.InOrg)) {
            throw new IllegalStateException("no org: " + endpoint.operation());
        }
        return new OrgScope(pathParameter("org_id"), caller().reach());
    }

    /** The request's path without the query. */
    public String path() {
        return path;
    }

    /** @param name as in the template, for example {@code app_id} */
    public String pathParameter(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalStateException("no " + name + " in " + endpoint.path());
        }
        return value;
    }

    /** The values of a query parameter; repeated means any of them (A13). */
    public List<String> parameters(String name) {
        return query.getOrDefault(name, List.of());
    }

    /** @throws ProblemException {@code invalid_argument} if it is given more than once */
    public Optional<String> parameter(String name) {
        List<String> values = parameters(name);
        new Checks().that(values.size() <= 1, name, "may be given once").done();
        return values.stream().findFirst();
    }

    public boolean flag(String name) {
        return parameter(name)
                .map(value -> {
                    new Checks().oneOf(name, value, Set.of("true", "false")).done();
                    return value.equals("true");
                })
                .orElse(false);
    }

    /** A whole number, or {@code otherwise} if it is not given. */
    public long number(String name, long otherwise, long min, long max) {
        Optional<String> text = parameter(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text.get());
            new Checks().between(name, value, min, max).done();
            return value;
        } catch (NumberFormatException e) {
            throw new Checks().error(name, "invalid", "must be a whole number").toProblem(ErrorCode.INVALID_ARGUMENT);
        }
    }

    public PageRequest page() {
        return PageRequest.of(path, query, limits.pageItems());
    }

    /** Lower-case header name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The body bound to a record whose components are the fields in snake case; nothing is coerced. */
    public <T> T body(Class<T> type) {
        return StrictJson.bind(bodyObject(), type);
    }

    /** A part of a body bound to a record, with the same strictness. */
    public <T> T bind(ObjectNode part, Class<T> type) {
        return StrictJson.bind(part, type);
    }

    public ObjectNode bodyObject() {
        return StrictJson.parseObject(bodyBytes());
    }

    /** The body as a merge patch that knows these members. */
    public Patch patch(String... known) {
        ObjectNode members = bodyObject();
        StrictJson.refuseUnknown(members, Set.of(known));
        return new Patch(members);
    }

    /** As it came, bounded; empty if there is none. */
    public byte[] bodyBytes() {
        byte[] read = body;
        if (read == null) {
            read = bodySource.get();
            body = read;
        }
        return read;
    }

    public Optional<String> idempotencyKey() {
        return header("idempotency-key");
    }

    /** The {@code resource_version} of {@code If-Match} (A10). */
    public OptionalInt ifMatch() {
        Optional<String> value = header("if-match");
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        String text = value.get().trim();
        if (text.length() >= 3 && text.startsWith("\"") && text.endsWith("\"")) {
            try {
                return OptionalInt.of(Integer.parseInt(text.substring(1, text.length() - 1)));
            } catch (NumberFormatException e) {
                throw badIfMatch();
            }
        }
        throw badIfMatch();
    }

    private static ProblemException badIfMatch() {
        return new ProblemException(
                Problem.of(ErrorCode.INVALID_ARGUMENT, "If-Match must be a resource_version in double quotes"));
    }

    /** The client's address, without the port. */
    public String remoteAddress() {
        return remoteAddress;
    }
}
