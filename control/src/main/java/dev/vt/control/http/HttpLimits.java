package dev.vt.control.http;

/** What a request may be at most; asked anew for each one. Thread-safe. */
public interface HttpLimits {
    HttpLimits DEFAULT = new HttpLimits() {
        @Override
        public int bodyBytes() {
            return Endpoint.DEFAULT_MAX_BODY;
        }

        @Override
        public int pageItems() {
            return PageRequest.MAX_LIMIT;
        }
    };

    /** Of a body, where the endpoint has no bound of its own. */
    int bodyBytes();

    /** Of a list, 1 to 200. */
    int pageItems();
}
