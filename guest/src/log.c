#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "frame.h"
#include "loop.h"

enum { RECORD_HEADER = 4, WIRE_HEADER = 12, READ_SIZE = 65536 };

// ---- the ring: length u16, source u8, flags u8, line; records are consecutive, so only the oldest needs its number kept

static uint8_t ring_bytes[LOG_RING_BYTES];
static struct {
    size_t oldest_at;
    size_t used;
    uint64_t oldest_seq;
    uint64_t next_seq;
    size_t cursor_at;  // the next record to send
    uint64_t cursor_seq;
    uint64_t dropped;
} ring = {.oldest_seq = 1, .next_seq = 1, .cursor_seq = 1};

static void ring_put(size_t at, const void *data, size_t length) {
    size_t first = LOG_RING_BYTES - at < length ? LOG_RING_BYTES - at : length;
    memcpy(ring_bytes + at, data, first);
    memcpy(ring_bytes, (const uint8_t *)data + first, length - first);
}

static void ring_get(size_t at, void *data, size_t length) {
    size_t first = LOG_RING_BYTES - at < length ? LOG_RING_BYTES - at : length;
    memcpy(data, ring_bytes + at, first);
    memcpy((uint8_t *)data + first, ring_bytes, length - first);
}

static size_t record_size(size_t at) {
    uint8_t header[RECORD_HEADER];
    ring_get(at, header, sizeof header);
    return RECORD_HEADER + ((size_t)header[0] << 8 | header[1]);
}

static void ring_evict(void) {
    size_t size = record_size(ring.oldest_at);
    size_t next_at = (ring.oldest_at + size) % LOG_RING_BYTES;
    if (ring.cursor_seq == ring.oldest_seq) {
        ring.cursor_seq++;
        ring.cursor_at = next_at;
        ring.dropped++;
    }
    ring.oldest_at = next_at;
    ring.oldest_seq++;
    ring.used -= size;
}

static void cursor_set(uint64_t seq) {
    ring.cursor_at = ring.oldest_at;
    ring.cursor_seq = ring.oldest_seq;
    while (ring.cursor_seq < seq && ring.cursor_seq < ring.next_seq) {
        ring.cursor_at = (ring.cursor_at + record_size(ring.cursor_at)) % LOG_RING_BYTES;
        ring.cursor_seq++;
    }
}

// ---- the stream

static struct stream *stream;
static struct buf stage;  // whole records on their way, so that a slice may end anywhere

static void stage_record(void) {
    uint8_t header[RECORD_HEADER];
    ring_get(ring.cursor_at, header, sizeof header);
    size_t length = (size_t)header[0] << 8 | header[1];
    uint8_t *out = buf_reserve(&stage, WIRE_HEADER + length);
    put_u32(out, (uint32_t)(ring.cursor_seq >> 32));
    put_u32(out + 4, (uint32_t)ring.cursor_seq);
    out[8] = header[2];
    out[9] = header[3];
    out[10] = header[0];
    out[11] = header[1];
    ring_get((ring.cursor_at + RECORD_HEADER) % LOG_RING_BYTES, out + WIRE_HEADER, length);
    buf_grown(&stage, WIRE_HEADER + length);
    ring.cursor_at = (ring.cursor_at + RECORD_HEADER + length) % LOG_RING_BYTES;
    ring.cursor_seq++;
}

static size_t on_produce(struct stream *s, uint8_t *slice, size_t room) {
    (void)s;
    while (buf_length(&stage) < room && ring.cursor_seq < ring.next_seq) {
        stage_record();
    }
    size_t length = buf_length(&stage) < room ? buf_length(&stage) : room;
    if (length > 0) {
        memcpy(slice, buf_head(&stage), length);
        buf_consume(&stage, length);
    }
    return length;
}

static void on_accepted(struct stream *s, const struct json *params) {
    int64_t after = 0;
    json_integer(json_member(params, "after_seq"), 0, INT64_MAX - 1, &after);
    cursor_set((uint64_t)after + 1);
    stream_ready(s);
}

static void on_data(struct stream *s, const uint8_t *bytes, size_t length) {
    (void)bytes;
    stream_consumed(s, length);
}

static void on_closed(struct stream *s, const char *code) {
    (void)s;
    (void)code;
    stream = NULL;
    buf_clear(&stage);
}

static const struct stream_handler handler = {
    .accepted = on_accepted, .produce = on_produce, .data = on_data, .closed = on_closed};

void log_channel_opened(void) { stream = stream_open(&handler, NULL, "{\"kind\":\"log\"}"); }

bool log_is_delivered(void) {
    return stream != NULL && stream->open && ring.cursor_seq == ring.next_seq && buf_length(&stage) == 0;
}

uint64_t log_emitted(void) { return ring.next_seq - 1; }

uint64_t log_dropped(void) { return ring.dropped; }

void log_append(enum log_source source, uint8_t flags, const void *line, size_t length) {
    uint8_t header[RECORD_HEADER] = {(uint8_t)(length >> 8), (uint8_t)length, (uint8_t)source, flags};
    while (LOG_RING_BYTES - ring.used < RECORD_HEADER + length) {
        ring_evict();
    }
    size_t at = (ring.oldest_at + ring.used) % LOG_RING_BYTES;
    if (ring.cursor_seq == ring.next_seq) {
        ring.cursor_at = at;
    }
    ring_put(at, header, sizeof header);
    ring_put((at + RECORD_HEADER) % LOG_RING_BYTES, line, length);
    ring.used += RECORD_HEADER + length;
    ring.next_seq++;
    if (stream != NULL && stream->open) {
        stream_ready(stream);
    }
}

void log_system(const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length > 0) {
        log_append(LOG_SYSTEM, 0, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    }
}

// ---- the pipes

struct capture {
    struct watch watch;
    struct timer partial;
    int write_fd;
    enum log_source source;
    // One byte more than a line may have: the CR that its LF will take away.
    uint8_t line[LOG_LINE_MAX + 1];
    size_t length;
};

static struct capture captures[2];

// Emits the first LOG_LINE_MAX bytes as a truncated line and keeps the rest.
static void cut(struct capture *c) {
    log_append(c->source, LOG_TRUNCATED, c->line, LOG_LINE_MAX);
    memmove(c->line, c->line + LOG_LINE_MAX, c->length - LOG_LINE_MAX);
    c->length -= LOG_LINE_MAX;
}

static void end_line(struct capture *c, uint8_t flags) {
    timer_stop(&c->partial);
    if (flags == 0 && c->length > 0 && c->line[c->length - 1] == '\r') {
        c->length--;
    }
    if (c->length > LOG_LINE_MAX) {
        cut(c);
    }
    log_append(c->source, flags, c->line, c->length);
    c->length = 0;
}

static void feed(struct capture *c, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        const uint8_t *feed_end = memchr(bytes, '\n', length);
        size_t part = feed_end ? (size_t)(feed_end - bytes) : length;
        while (part > 0) {
            if (c->length == sizeof c->line) {
                cut(c);
            }
            size_t room = sizeof c->line - c->length;
            size_t taken = part < room ? part : room;
            memcpy(c->line + c->length, bytes, taken);
            c->length += taken;
            bytes += taken;
            length -= taken;
            part -= taken;
        }
        if (feed_end != NULL) {
            end_line(c, 0);
            bytes++;
            length--;
        }
    }
    if (c->length > 0 && !c->partial.set) {
        timer_set(&c->partial, LOG_PARTIAL_MS);
    }
}

void log_feed(enum log_source source, const void *bytes, size_t length) {
    feed(&captures[source == LOG_STDOUT ? 0 : 1], bytes, length);
}

static bool read_once(struct capture *c) {
    static uint8_t bytes[READ_SIZE];
    ssize_t got = read(c->watch.fd, bytes, sizeof bytes);
    if (got <= 0) {
        return false;
    }
    feed(c, bytes, (size_t)got);
    return true;
}

static void on_readable(struct watch *watch, uint32_t events) {
    (void)events;
    read_once((struct capture *)watch);
}

static void on_partial(struct timer *timer) {
    struct capture *c = &captures[timer == &captures[0].partial ? 0 : 1];
    end_line(c, LOG_PARTIAL);
}

void log_drain(void) {
    for (int i = 0; i < 2; i++) {
        while (read_once(&captures[i])) {
        }
        if (captures[i].length > 0) {
            end_line(&captures[i], LOG_PARTIAL);
        }
    }
}

void log_init(void) {
    for (int i = 0; i < 2; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0) {
            abort();
        }
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        captures[i] = (struct capture){.watch = {.fd = ends[0], .ready = on_readable},
                                       .partial = {.fire = on_partial},
                                       .write_fd = ends[1],
                                       .source = i == 0 ? LOG_STDOUT : LOG_STDERR};
        watch_for(&captures[i].watch, EPOLLIN);
    }
}

int log_stdout_fd(void) { return captures[0].write_fd; }

int log_stderr_fd(void) { return captures[1].write_fd; }
