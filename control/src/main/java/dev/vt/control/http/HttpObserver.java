package dev.vt.control.http;

import java.time.Duration;

/** Is told of every answer. Called on the connections' threads: implementations only count. */
public interface HttpObserver {
    HttpObserver NONE = new HttpObserver() {
        @Override
        public void answered(String method, String routeTemplate, int status) {}

        @Override
        public void took(String method, Duration time) {}
    };

    /**
     * @param method of an endpoint, or {@code other}
     * @param routeTemplate of the endpoint, or {@code none}
     */
    void answered(String method, String routeTemplate, int status);

    /** How long an answer took that was not a stream. */
    void took(String method, Duration time);
}
