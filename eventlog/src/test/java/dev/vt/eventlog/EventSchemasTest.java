package dev.vt.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** S2: closed schemas, no fractions; what the log's own validator understands, it understands as JSON Schema says. */
class EventSchemasTest {
    private static final EventSchemas SCHEMAS =
            EventSchemas.builder().document(Json.parse("""
                    {
                      "$defs": {"tree": {"type": "object", "properties": {
                          "children": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/tree"}}}}},
                      "thing.made@1": {
                        "type": "object", "required": ["name"],
                        "properties": {
                          "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 4},
                          "note": {"type": ["string", "null"]},
                          "size": {"type": "integer", "minimum": 0, "maximum": 10},
                          "kind": {"enum": ["a", "b"]},
                          "fixed": {"const": true},
                          "labels": {"type": "object", "additionalProperties": {"type": "string"},
                                     "propertyNames": {"type": "string", "maxLength": 3}, "maxProperties": 2},
                          "either": {"oneOf": [{"type": "integer"}, {"type": "string", "minLength": 3}]},
                          "tree": {"$ref": "#/$defs/tree"}
                        }
                      }
                    }""")).build();

    private static Optional<String> problem(String payload) {
        return SCHEMAS.problem(new NewEvent(
                new AggregateKey("thing", "thg_1"), "thing.made", Owner.NONE, (ObjectNode) Json.parse(payload)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'name':'abc'}|",
                "{'name':'ab','note':null,'size':10,'kind':'a','fixed':true,'either':7}|",
                "{'name':'abc','labels':{'a':'1','b':'2'},'either':'abc'}|",
                "{'name':'abc','tree':{'children':[{},{'children':[]}]}}|",
                "{}|/name is missing",
                "{'name':'a'}|/name is shorter than 2",
                "{'name':'abcde'}|/name is longer than 4",
                "{'name':'ABC'}|/name does not match",
                "{'name':7}|/name is not of type string",
                "{'name':'abc','more':1}|/more is not known",
                "{'name':'abc','note':1}|/note is not of type string or null",
                "{'name':'abc','size':-1}|/size is less than 0",
                "{'name':'abc','size':11}|/size is more than 10",
                "{'name':'abc','size':1.5}|/size is not of type integer",
                "{'name':'abc','kind':'c'}|/kind is none of the allowed values",
                "{'name':'abc','fixed':false}|/fixed has another value",
                "{'name':'abc','labels':{'a':1}}|/labels/a is not of type string",
                "{'name':'abc','labels':{'abcd':'1'}}|/labels has a member whose name is not allowed",
                "{'name':'abc','labels':{'a':'','b':'','c':''}}|/labels has too many members",
                "{'name':'abc','either':'ab'}|/either fits none of the alternatives",
                "{'name':'abc','tree':{'children':[{},{},{}]}}|/tree/children has too many items",
                "{'name':'abc','tree':{'children':[{'x':1}]}}|/tree/children/0/x is not known",
            })
    void aPayloadFitsOrTheFirstProblemIsNamed(String payload, @Nullable String problem) {
        assertThat(problem(payload.replace('\'', '"')).map(text -> text.replace("thing.made: payload", "")))
                .satisfies(found -> {
                    if (problem == null) {
                        assertThat(found).isEmpty();
                    } else {
                        assertThat(found.orElseThrow()).startsWith(problem);
                    }
                });
    }

    @Test
    void aProblemNeverQuotesTheValue() {
        assertThat(problem("{\"name\":\"SECRET\"}").orElseThrow()).doesNotContain("SECRET");
    }

    @Test
    void typesBelongToTheirAggregate() {
        assertThat(SCHEMAS.problem(new NewEvent(
                        new AggregateKey("other", "oth_1"),
                        "thing.made",
                        Owner.NONE,
                        Json.object().put("name", "abc"))))
                .contains("thing.made on a other");
        assertThat(SCHEMAS.knows("thing.made", 1)).isTrue();
        assertThat(SCHEMAS.knows("thing.made", 2)).isFalse();
        assertThat(SCHEMAS.catalogue()).containsOnlyKeys("thing.made");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'object','patternProperties':{}}|no keyword patternProperties",
                "{'type':'object','properties':{'a':{'type':'number'}}}|no type number",
                "{'type':'string'}|is an object",
                "{'type':'object','properties':{'a':{'$ref':'#/$defs/none'}}}|reference to nothing",
                "{'type':'object','properties':{'a':{'$ref':'http://x/y'}}}|into the same document",
                "{'type':'object','properties':{'a':{'required':['x']}}}|required needs type object",
            })
    void aSchemaThatWouldBeWithoutEffectIsRefused(String schema, String why) {
        assertThatThrownBy(() -> EventSchemas.builder().add("thing.made", 1, Json.parse(schema.replace('\'', '"'))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
