package dev.vt.control.http;

/** Who may call an endpoint (the scope column of api.md §3). */
public sealed interface Access {
    /** Public: no token is asked for, none is looked at. */
    record Anonymous() implements Access {}

    /** Any living token, with the scope unless it is empty; the handler narrows to what is the caller's own. */
    record AnyToken(String scope) implements Access {}

    /** A person in a console session; no token will do. */
    record Session() implements Access {}

    /** A member of the path's {@code org_id} whose role and token have the scope. */
    record InOrg(String scope) implements Access {}

    /** An operator whose token has the scope. */
    record Operator(String scope) implements Access {}

    static Access anonymous() {
        return new Anonymous();
    }

    static Access anyToken() {
        return new AnyToken("");
    }

    static Access anyTokenWith(String scope) {
        return new AnyToken(scope);
    }

    static Access session() {
        return new Session();
    }

    static Access org(String scope) {
        return new InOrg(scope);
    }

    static Access operator(String scope) {
        return new Operator(scope);
    }
}
