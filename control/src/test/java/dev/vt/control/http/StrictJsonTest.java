package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    record Inner(Integer size) {}

    record Body(String name, Long count, Boolean on, List<Inner> inners) {}

    private static ErrorCode codeOf(ThrowingCallable call) {
        ProblemException[] caught = new ProblemException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, e -> caught[0] = e);
        return caught[0].problem().code();
    }

    private static Body bind(String json) {
        return StrictJson.bind(StrictJson.parseObject(json.getBytes(StandardCharsets.UTF_8)), Body.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[]",
                "null",
                "1",
                "{}{}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"name\":\"\\u0000\"}",
                "{\"name\":\"\\ud800\"}",
                "{\"name\":\"\\udc00x\"}",
                "{\"na\\u0000me\":1}",
                "{'name':1}",
                "{\"count\":01}",
                "{\"count\":NaN}",
                "{\"a\":1,}",
                "// x\n{}"
            })
    void whatIsNotOneCleanObjectIsMalformed(String json) {
        assertThat(codeOf(() -> bind(json))).isEqualTo(ErrorCode.MALFORMED_BODY);
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        byte[] latin = {'{', '"', 'n', '"', ':', '"', (byte) 0xe4, '"', '}'};
        byte[] overlong = {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'};

        assertThat(codeOf(() -> StrictJson.parseObject(latin))).isEqualTo(ErrorCode.MALFORMED_BODY);
        assertThat(codeOf(() -> StrictJson.parseObject(overlong))).isEqualTo(ErrorCode.MALFORMED_BODY);
    }

    @Test
    void nestingIsBounded() {
        String deep = "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}";

        assertThat(codeOf(() -> StrictJson.parseObject(deep.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(ErrorCode.MALFORMED_BODY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":1}",
                "{\"name\":true}",
                "{\"name\":[]}",
                "{\"count\":\"1\"}",
                "{\"count\":1.0}",
                "{\"count\":1.5}",
                "{\"count\":1e2}",
                "{\"count\":99999999999999999999}",
                "{\"on\":\"true\"}",
                "{\"on\":1}",
                "{\"inners\":{}}",
                "{\"inners\":[{\"size\":\"1\"}]}"
            })
    void nothingIsCoerced(String json) {
        assertThat(codeOf(() -> bind(json))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void unknownFieldsNamePathAndNearestA4() {
        assertThatThrownBy(() -> bind("{\"inners\":[{\"siez\":1}]}"))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo(ErrorCode.UNKNOWN_FIELD);
                    assertThat(e.problem().details().toString())
                            .contains("path=/inners/0/siez")
                            .contains("nearest=size");
                });
    }

    @Test
    void pairsOfSurrogatesAreText() {
        assertThat(bind("{\"name\":\"\\ud83d\\ude00\"}").name()).isEqualTo("😀");
    }

    @Test
    void aProblemNeverQuotesTheBody() {
        assertThatThrownBy(() -> bind("{\"name\": canary-secret }"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().detail()).doesNotContain("canary"));
    }

    @Property(tries = 300)
    void anyBytesAreAnObjectOrAProblem(@ForAll byte[] bytes) {
        try {
            StrictJson.parseObject(bytes);
        } catch (ProblemException e) {
            assertThat(e.problem().code()).isEqualTo(ErrorCode.MALFORMED_BODY);
        }
    }
}
