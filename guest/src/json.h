// A strict JSON reader (RFC 8259) for documents from the host: UTF-8 checked, duplicate keys, NUL characters and trailing
// bytes refused; bounded in size, depth and number of values.
#ifndef VT_JSON_H
#define VT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_MAX_BYTES = 1 << 20, JSON_MAX_DEPTH = 16, JSON_MAX_VALUES = 16384, JSON_MAX_MEMBERS = 2048 };

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    const char *key;   // inside an object, else NULL
    const char *text;  // of a string (decoded) or number (as written), NUL-terminated
    struct json *child;
    struct json *next;
};

struct json_document {
    struct json *root;
    struct json *values;
    size_t used;
    char *text;
    const char *error;  // why json_parse failed
    size_t error_at;
};

// On false, `error` and `error_at` say why and where. json_free in either case.
bool json_parse(struct json_document *document, const void *bytes, size_t length);
void json_free(struct json_document *document);

const struct json *json_member(const struct json *object, const char *key);
// The member as text, or NULL if it is absent or not a string.
const char *json_text(const struct json *object, const char *key);
// Whether the value is an integer within [low, high]; no fraction, no exponent.
bool json_integer(const struct json *value, int64_t low, int64_t high, int64_t *out);
size_t json_count(const struct json *container);

#endif
