package dev.vt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CanonicalJsonTest {
    @Test
    void membersAreSortedAndWhiteSpaceIsGone() {
        assertThat(CanonicalJson.text(Json.parse("{ \"b\": [1, true, null], \"a\": {\"z\":\"\u20ac\\u000f\\n\"} }")))
                .isEqualTo("{\"a\":{\"z\":\"\u20ac\\u000f\\n\"},\"b\":[1,true,null]}");
    }

    @Test
    void fractionsAreRefused() {
        assertThatThrownBy(() -> CanonicalJson.text(Json.parse("[1.5]"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void duplicateKeysAreRefused() {
        assertThatThrownBy(() -> Json.parse("{\"a\":1,\"a\":2}")).isInstanceOf(IllegalArgumentException.class);
    }
}
