package dev.vt.control.http;

/** The methods of the API; anything else is {@code method_not_allowed}. */
public enum HttpMethod {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE
}
