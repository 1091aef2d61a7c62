/**
 * HTTP for the control plane: what every endpoint has in common, so that a noun's handlers hold only what is theirs.
 *
 * <pre>
 * socket → HttpServer → Router → authenticate → org member? scope? → parameters, key, body → Handler → Reply
 * </pre>
 *
 * <p>An {@link dev.vt.control.http.Endpoint} is data, so tests can enumerate them: each is tried without a token, each is in
 * the OpenAPI document. A refusal anywhere is a {@link dev.vt.kernel.Problem} and leaves as {@code application/problem+json}
 * (api.md §5).
 *
 * <p><b>Architecture Invariant:</b> nothing but rows with {@link dev.vt.control.http.Access.Anonymous} answers without a
 * token. <b>Architecture Invariant:</b> a handler below {@code /v1/orgs/{org_id}} runs only for a member of that org (A3).
 */
@NullMarked
package dev.vt.control.http;

import org.jspecify.annotations.NullMarked;
