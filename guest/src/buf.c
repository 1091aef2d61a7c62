#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

void *vt_realloc(void *old, size_t size) {
    void *p = realloc(old, size ? size : 1);
    if (p == NULL) {
        abort();
    }
    return p;
}

void *vt_alloc(size_t size) {
    void *p = vt_realloc(NULL, size);
    memset(p, 0, size);
    return p;
}

char *vt_copy(const char *text, size_t length) {
    char *copy = vt_realloc(NULL, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

uint8_t *buf_reserve(struct buf *b, size_t room) {
    if (b->start == b->end) {
        b->start = b->end = 0;
    }
    if (b->capacity - b->end < room && b->start > 0) {
        memmove(b->bytes, b->bytes + b->start, b->end - b->start);
        b->end -= b->start;
        b->start = 0;
    }
    if (b->capacity - b->end < room) {
        size_t wanted = b->capacity ? b->capacity : 256;
        while (wanted - b->end < room) {
            wanted *= 2;
        }
        b->bytes = vt_realloc(b->bytes, wanted);
        b->capacity = wanted;
    }
    return b->bytes + b->end;
}

void buf_append(struct buf *b, const void *data, size_t length) {
    if (length > 0) {
        memcpy(buf_reserve(b, length), data, length);
        b->end += length;
    }
}

void buf_text(struct buf *b, const char *text) { buf_append(b, text, strlen(text)); }

void buf_format(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char small[256];
    int length = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (length < 0) {
        return;
    }
    if ((size_t)length < sizeof small) {
        buf_append(b, small, (size_t)length);
        return;
    }
    char *room = (char *)buf_reserve(b, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(room, (size_t)length + 1, format, args);
    va_end(args);
    b->end += (size_t)length;
}

void buf_json_string(struct buf *b, const char *text) {
    const uint8_t *p = (const uint8_t *)text;
    size_t left = strlen(text);
    buf_text(b, "\"");
    while (left > 0) {
        size_t used = utf8_sequence(p, left);
        if (used == 0) {
            buf_text(b, "?");
            used = 1;
        } else if (*p == '"' || *p == '\\') {
            buf_format(b, "\\%c", *p);
        } else if (*p < 0x20 || *p == 0x7f) {
            buf_format(b, "\\u%04x", *p);
        } else {
            buf_append(b, p, used);
        }
        p += used;
        left -= used;
    }
    buf_text(b, "\"");
}

void buf_consume(struct buf *b, size_t count) { b->start += count; }

void buf_clear(struct buf *b) { b->start = b->end = 0; }

void buf_free(struct buf *b) {
    free(b->bytes);
    memset(b, 0, sizeof *b);
}
