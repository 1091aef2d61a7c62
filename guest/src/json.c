#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "utf8.h"

struct reader {
    struct json_document *document;
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    char *out;  // decoded text; never longer than what it came from, plus a NUL per value
    int depth;
};

static bool fail(struct reader *r, const char *error) {
    if (r->document->error == NULL) {
        r->document->error = error;
        r->document->error_at = (size_t)(r->at - r->start);
    }
    return false;
}

static void skip_space(struct reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) {
        r->at++;
    }
}

static struct json *new_value(struct reader *r, enum json_type type) {
    if (r->document->used == JSON_MAX_VALUES) {
        fail(r, "too many values");
        return NULL;
    }
    struct json *value = &r->document->values[r->document->used++];
    *value = (struct json){.type = type};
    return value;
}

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex4(struct reader *r, uint32_t *unit) {
    if (r->end - r->at < 4) {
        return fail(r, "escape cut short");
    }
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(*r->at);
        if (digit < 0) {
            return fail(r, "escape is not hexadecimal");
        }
        *unit = *unit << 4 | (uint32_t)digit;
        r->at++;
    }
    return true;
}

static void put_utf8(struct reader *r, uint32_t c) {
    if (c < 0x80) {
        *r->out++ = (char)c;
    } else if (c < 0x800) {
        *r->out++ = (char)(0xc0 | c >> 6);
        *r->out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *r->out++ = (char)(0xe0 | c >> 12);
        *r->out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *r->out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *r->out++ = (char)(0xf0 | c >> 18);
        *r->out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *r->out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *r->out++ = (char)(0x80 | (c & 0x3f));
    }
}

static bool read_unicode_escape(struct reader *r) {
    uint32_t c;
    if (!read_hex4(r, &c)) {
        return false;
    }
    if (c == 0) {
        return fail(r, "NUL in a string");
    }
    if (c >= 0xdc00 && c <= 0xdfff) {
        return fail(r, "lone surrogate");
    }
    if (c >= 0xd800 && c <= 0xdbff) {
        uint32_t low;
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u') {
            return fail(r, "lone surrogate");
        }
        r->at += 2;
        if (!read_hex4(r, &low)) {
            return false;
        }
        if (low < 0xdc00 || low > 0xdfff) {
            return fail(r, "lone surrogate");
        }
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    put_utf8(r, c);
    return true;
}

static bool read_escape(struct reader *r) {
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) {
        return fail(r, "escape cut short");
    }
    uint8_t c = *r->at++;
    if (c == 'u') {
        return read_unicode_escape(r);
    }
    const char *found = c ? strchr(from, c) : NULL;
    if (found == NULL) {
        return fail(r, "unknown escape");
    }
    *r->out++ = to[found - from];
    return true;
}

static const char *read_string(struct reader *r) {
    char *text = r->out;
    r->at++;  // the quote
    for (;;) {
        if (r->at == r->end) {
            fail(r, "string cut short");
            return NULL;
        }
        uint8_t c = *r->at;
        if (c == '"') {
            r->at++;
            *r->out++ = '\0';
            return text;
        }
        if (c == '\\') {
            r->at++;
            if (!read_escape(r)) {
                return NULL;
            }
            continue;
        }
        size_t used = c < 0x20 ? 0 : utf8_sequence(r->at, (size_t)(r->end - r->at));
        if (used == 0) {
            fail(r, c < 0x20 ? "control character in a string" : "not UTF-8");
            return NULL;
        }
        memcpy(r->out, r->at, used);
        r->out += used;
        r->at += used;
    }
}

static bool is_digit(const struct reader *r) { return r->at < r->end && *r->at >= '0' && *r->at <= '9'; }

static bool read_digits(struct reader *r) {
    if (!is_digit(r)) {
        return fail(r, "digit expected");
    }
    while (is_digit(r)) {
        r->at++;
    }
    return true;
}

static struct json *read_number(struct reader *r) {
    const uint8_t *from = r->at;
    if (*r->at == '-') {
        r->at++;
    }
    if (r->at < r->end && *r->at == '0') {
        r->at++;
    } else if (!read_digits(r)) {
        return NULL;
    }
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        if (!read_digits(r)) {
            return NULL;
        }
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) {
            r->at++;
        }
        if (!read_digits(r)) {
            return NULL;
        }
    }
    struct json *value = new_value(r, JSON_NUMBER);
    if (value != NULL) {
        size_t length = (size_t)(r->at - from);
        memcpy(r->out, from, length);
        value->text = r->out;
        r->out[length] = '\0';
        r->out += length + 1;
    }
    return value;
}

static struct json *read_word(struct reader *r, const char *word, enum json_type type) {
    size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) {
        fail(r, "unknown word");
        return NULL;
    }
    r->at += length;
    return new_value(r, type);
}

static struct json *read_value(struct reader *r);

static bool read_key(struct reader *r, struct json *object, size_t members, const char **key) {
    if (r->at == r->end || *r->at != '"') {
        return fail(r, "key expected");
    }
    if (members == JSON_MAX_MEMBERS) {
        return fail(r, "too many members");
    }
    *key = read_string(r);
    if (*key == NULL) {
        return false;
    }
    if (json_member(object, *key) != NULL) {
        return fail(r, "duplicate key");
    }
    skip_space(r);
    if (r->at == r->end || *r->at != ':') {
        return fail(r, "colon expected");
    }
    r->at++;
    skip_space(r);
    return true;
}

static struct json *read_container(struct reader *r, enum json_type type) {
    uint8_t close = type == JSON_ARRAY ? ']' : '}';
    struct json *container = new_value(r, type);
    if (container == NULL) {
        return NULL;
    }
    if (r->depth == JSON_MAX_DEPTH) {
        fail(r, "too deep");
        return NULL;
    }
    r->depth++;
    r->at++;
    skip_space(r);
    struct json **link = &container->child;
    for (size_t members = 0; !(members == 0 && r->at < r->end && *r->at == close); members++) {
        const char *key = NULL;
        if (type == JSON_OBJECT && !read_key(r, container, members, &key)) {
            return NULL;
        }
        struct json *value = read_value(r);
        if (value == NULL) {
            return NULL;
        }
        value->key = key;
        *link = value;
        link = &value->next;
        skip_space(r);
        if (r->at == r->end || (*r->at != ',' && *r->at != close)) {
            fail(r, "comma or end expected");
            return NULL;
        }
        if (*r->at == close) {
            break;
        }
        r->at++;
        skip_space(r);
    }
    r->at++;
    r->depth--;
    return container;
}

static struct json *read_value(struct reader *r) {
    if (r->at == r->end) {
        fail(r, "value expected");
        return NULL;
    }
    switch (*r->at) {
        case '{':
            return read_container(r, JSON_OBJECT);
        case '[':
            return read_container(r, JSON_ARRAY);
        case '"': {
            const char *text = read_string(r);
            struct json *value = text ? new_value(r, JSON_STRING) : NULL;
            if (value != NULL) {
                value->text = text;
            }
            return value;
        }
        case 't':
            return read_word(r, "true", JSON_TRUE);
        case 'f':
            return read_word(r, "false", JSON_FALSE);
        case 'n':
            return read_word(r, "null", JSON_NULL);
        default:
            if (*r->at == '-' || is_digit(r)) {
                return read_number(r);
            }
            fail(r, "value expected");
            return NULL;
    }
}

bool json_parse(struct json_document *document, const void *bytes, size_t length) {
    *document = (struct json_document){0};
    if (bytes == NULL) {
        bytes = "";
    }
    struct reader r = {.document = document, .start = bytes, .at = bytes, .end = (const uint8_t *)bytes + length};
    if (length > JSON_MAX_BYTES) {
        return fail(&r, "larger than 1 MiB");
    }
    // A value takes at least two bytes of input ("1,"), a string none for its two quotes but one for its NUL.
    document->text = vt_alloc(2 * length + 2);
    document->values = vt_alloc((length < JSON_MAX_VALUES ? length + 1 : JSON_MAX_VALUES) * sizeof *document->values);
    r.out = document->text;
    skip_space(&r);
    struct json *root = read_value(&r);
    if (root == NULL) {
        return false;
    }
    skip_space(&r);
    if (r.at != r.end) {
        return fail(&r, "bytes after the document");
    }
    document->root = root;
    return true;
}

void json_free(struct json_document *document) {
    free(document->values);
    free(document->text);
    *document = (struct json_document){0};
}

const struct json *json_member(const struct json *object, const char *key) {
    if (object == NULL || object->type != JSON_OBJECT) {
        return NULL;
    }
    for (const struct json *value = object->child; value != NULL; value = value->next) {
        if (strcmp(value->key, key) == 0) {
            return value;
        }
    }
    return NULL;
}

const char *json_text(const struct json *object, const char *key) {
    const struct json *value = json_member(object, key);
    return value != NULL && value->type == JSON_STRING ? value->text : NULL;
}

bool json_integer(const struct json *value, int64_t low, int64_t high, int64_t *out) {
    if (value == NULL || value->type != JSON_NUMBER || strpbrk(value->text, ".eE") != NULL) {
        return false;
    }
    errno = 0;
    long long number = strtoll(value->text, NULL, 10);
    if (errno != 0 || number < low || number > high) {
        return false;
    }
    *out = number;
    return true;
}

size_t json_count(const struct json *container) {
    size_t count = 0;
    for (const struct json *value = container->child; value != NULL; value = value->next) {
        count++;
    }
    return count;
}
