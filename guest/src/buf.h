// A byte queue that grows at its end and is taken from at its start. Running out of memory ends the program: for PID 1 that
// ends the VM, which is what the host expects of a guest without memory.
#ifndef VT_BUF_H
#define VT_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
    uint8_t *bytes;
    size_t start;
    size_t end;
    size_t capacity;
};

static inline size_t buf_length(const struct buf *b) { return b->end - b->start; }
static inline uint8_t *buf_head(const struct buf *b) { return b->start ? b->bytes + b->start : b->bytes; }

// At least `room` writable bytes behind the end; they count once buf_grown is called.
uint8_t *buf_reserve(struct buf *b, size_t room);
static inline void buf_grown(struct buf *b, size_t added) { b->end += added; }

void buf_append(struct buf *b, const void *data, size_t length);
void buf_text(struct buf *b, const char *text);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
// A JSON string with its quotes; bytes that are not UTF-8 become '?'.
void buf_json_string(struct buf *b, const char *text);
void buf_consume(struct buf *b, size_t count);
void buf_clear(struct buf *b);
void buf_free(struct buf *b);

void *vt_alloc(size_t size);
void *vt_realloc(void *old, size_t size);
char *vt_copy(const char *text, size_t length);

#endif
