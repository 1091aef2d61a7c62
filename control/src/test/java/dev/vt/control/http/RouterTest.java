package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.kernel.Json;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static Endpoint get(String operation, String path) {
        return Endpoint.get(operation, path, Access.anonymous(), call -> Reply.ok(Json.object()));
    }

    @Test
    void literalSegmentsWinOverParameters() {
        Router router = new Router(List.of(get("a.get", "/v1/a/{id}"), get("a.special", "/v1/a/special")));

        assertThat(router.find("GET", "/v1/a/special"))
                .isInstanceOfSatisfying(
                        Router.Match.Found.class,
                        found -> assertThat(found.endpoint().operation()).isEqualTo("a.special"));
        assertThat(router.find("GET", "/v1/a/other"))
                .isInstanceOfSatisfying(
                        Router.Match.Found.class,
                        found -> assertThat(found.parameters()).containsEntry("id", "other"));
    }

    @Test
    void aKnownPathWithAnotherMethodSaysWhichItKnows() {
        Router router = new Router(List.of(get("a.get", "/v1/a/{id}")));

        assertThat(router.find("POST", "/v1/a/1")).isEqualTo(new Router.Match.WrongMethod(Set.of("GET")));
        assertThat(router.find("GET", "/v1/a")).isEqualTo(new Router.Match.UnknownPath());
        assertThat(router.find("GET", "/v1/a/")).isEqualTo(new Router.Match.UnknownPath());
        assertThat(router.find("GET", "/v1/a/1/")).isEqualTo(new Router.Match.UnknownPath());
    }

    @Test
    void twoEndpointsOnOnePathAreRefused() {
        assertThatThrownBy(() -> new Router(List.of(get("a.get", "/v1/{x}"), get("b.get", "/v1/{y}"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
