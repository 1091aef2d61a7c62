#include "json.h"

#include <stdlib.h>

#include "check.h"

static bool accepts(const char *text) {
    struct json_document document;
    bool accepted = json_parse(&document, text, strlen(text));
    json_free(&document);
    return accepted;
}

static void rejects_with(const char *text, const char *error) {
    struct json_document document;
    CHECK(!json_parse(&document, text, strlen(text)));
    CHECK_TEXT(document.error, error);
    json_free(&document);
}

static void values_are_read(void) {
    const char *text = " {\"a\":[1,-20,\"x\"],\"b\":{\"c\":true,\"d\":false,\"e\":null},\"f\":1.5e+3,\"g\":\"\"} ";
    struct json_document document;
    CHECK(json_parse(&document, text, strlen(text)));
    const struct json *a = json_member(document.root, "a");
    int64_t number;
    CHECK(json_count(a) == 3);
    CHECK(json_integer(a->child, 0, 10, &number) && number == 1);
    CHECK(json_integer(a->child->next, -20, 0, &number) && number == -20);
    CHECK(!json_integer(a->child->next, -19, 0, &number));
    CHECK(!json_integer(json_member(document.root, "f"), -5000, 5000, &number));
    CHECK_TEXT(a->child->next->next->text, "x");
    CHECK_TEXT(json_text(document.root, "g"), "");
    CHECK(json_member(json_member(document.root, "b"), "c")->type == JSON_TRUE);
    CHECK(json_member(document.root, "z") == NULL);
    CHECK(json_text(document.root, "a") == NULL);
    json_free(&document);
}

static void escapes_are_decoded(void) {
    const char *text = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00\"";
    struct json_document document;
    CHECK(json_parse(&document, text, strlen(text)));
    CHECK_TEXT(document.root->text, "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    json_free(&document);
}

static void what_is_not_json_is_refused(void) {
    rejects_with("", "value expected");
    rejects_with("{\"a\":1,}", "key expected");
    rejects_with("[1,]", "value expected");
    rejects_with("[1 2]", "comma or end expected");
    rejects_with("{\"a\" 1}", "colon expected");
    rejects_with("{\"a\":1,\"a\":2}", "duplicate key");
    rejects_with("1 2", "bytes after the document");
    rejects_with("\"\\x\"", "unknown escape");
    rejects_with("\"\\u0000\"", "NUL in a string");
    rejects_with("\"\\ud800\"", "lone surrogate");
    rejects_with("\"\\udc00\"", "lone surrogate");
    rejects_with("\"\\ud800\\u0041\"", "lone surrogate");
    rejects_with("\"\\u12\"", "escape cut short");
    rejects_with("\"\\u12g4\"", "escape is not hexadecimal");
    rejects_with("\"a", "string cut short");
    rejects_with("\"a\nb\"", "control character in a string");
    rejects_with("\"\xff\"", "not UTF-8");
    rejects_with("\"\xc0\xaf\"", "not UTF-8");
    rejects_with("\"\xed\xa0\x80\"", "not UTF-8");
    rejects_with("01", "bytes after the document");
    rejects_with("-", "digit expected");
    rejects_with("1.", "digit expected");
    rejects_with("1e", "digit expected");
    rejects_with("tru", "unknown word");
    rejects_with("NaN", "value expected");
    rejects_with("'a'", "value expected");
}

static void bounds_hold(void) {
    char deep[64];
    memset(deep, '[', 16);
    memset(deep + 16, ']', 16);
    deep[32] = '\0';
    CHECK(accepts(deep));
    memset(deep, '[', 17);
    memset(deep + 17, ']', 17);
    deep[34] = '\0';
    rejects_with(deep, "too deep");

    size_t size = JSON_MAX_BYTES + 1;
    char *large = malloc(size + 1);
    memset(large, ' ', size);
    large[0] = '1';
    large[size] = '\0';
    rejects_with(large, "larger than 1 MiB");
    large[size - 1] = '\0';
    CHECK(accepts(large));

    large[0] = '[';
    for (size_t i = 1; i < 2 * JSON_MAX_VALUES; i += 2) {
        large[i] = '1';
        large[i + 1] = ',';
    }
    rejects_with(large, "too many values");
    free(large);
}

int main(void) {
    values_are_read();
    escapes_are_decoded();
    what_is_not_json_is_refused();
    bounds_hold();
    return check_failures != 0;
}
