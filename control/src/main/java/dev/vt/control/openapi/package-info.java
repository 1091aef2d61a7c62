/**
 * The contract: fragments per noun ({@code api/openapi/<noun>.yaml}) and the registered endpoints become one OpenAPI 3.1
 * document.
 *
 * <p>What follows from an endpoint's registration is not written twice: path and query parameters that a fragment does not
 * describe itself, {@code Idempotency-Key}, {@code If-Match}, security and the problem response are added here. An endpoint
 * without an operation in a fragment, or the other way round, refuses to start.
 */
@NullMarked
package dev.vt.control.openapi;

import org.jspecify.annotations.NullMarked;
