#include "log.h"

#include <stdlib.h>

#include "channel.h"
#include "check.h"
#include "frame.h"
#include "loop.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

// The ring and the line cutter, seen through the log stream of a channel whose host is this test.

static int host = -1;

static void opened(const struct json *welcome) {
    (void)welcome;
    log_channel_opened();
}
static void message(const struct json *document) { (void)document; }
static void offered(struct stream *stream, const struct json *params) {
    (void)params;
    stream_refuse(stream, "unknown_kind");
}
static void nothing(void) {}
static void describe(struct buf *hello) { (void)hello; }

static const struct channel_handler handler = {.opened = opened,
                                               .message = message,
                                               .stream_offered = offered,
                                               .lost = nothing,
                                               .hung_up = nothing,
                                               .describe = describe};

static void host_send(uint8_t type, uint32_t stream, const void *payload, size_t length) {
    struct buf out = {0};
    frame_append(&out, type, stream, payload, length);
    CHECK(write(host, buf_head(&out), buf_length(&out)) == (ssize_t)buf_length(&out));
    buf_free(&out);
}

static void connect_host(const char *accept) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    host = ends[1];
    channel_attach(ends[0], &handler);
    host_send(FRAME_SYNC, 0, "12345678", 8);
    host_send(FRAME_WELCOME, 0, "{\"protocol\":1}", 14);
    host_send(FRAME_ACCEPT, 1, accept, strlen(accept));
}

// Runs the loop and collects what the log stream carries until it is quiet; grants all credit.
static void collect(struct buf *records) {
    struct frame_decoder decoder = {0};
    for (int quiet = 0; quiet < 5;) {
        loop_step(2);
        size_t room;
        uint8_t *at = frame_room(&decoder, &room);
        ssize_t got = read(host, at, room);
        if (got <= 0) {
            quiet++;
            continue;
        }
        quiet = 0;
        frame_fed(&decoder, (size_t)got);
        struct frame frame;
        while (frame_next(&decoder, &frame)) {
            if (frame.type == FRAME_DATA) {
                CHECK(frame.length <= STREAM_SLICE);
                buf_append(records, frame.payload, frame.length);
                uint8_t credit[4];
                put_u32(credit, frame.length);
                host_send(FRAME_CREDIT, 1, credit, sizeof credit);
            }
        }
    }
    frame_decoder_free(&decoder);
}

struct record {
    uint64_t seq;
    uint8_t source;
    uint8_t flags;
    size_t length;
    const uint8_t *line;
};

static bool next_record(struct buf *records, struct record *record) {
    if (buf_length(records) < 12) {
        return false;
    }
    const uint8_t *p = buf_head(records);
    record->seq = (uint64_t)get_u32(p) << 32 | get_u32(p + 4);
    record->source = p[8];
    record->flags = p[9];
    record->length = (size_t)p[10] << 8 | p[11];
    record->line = p + 12;
    CHECK(buf_length(records) >= 12 + record->length);
    buf_consume(records, 12 + record->length);
    return true;
}

static void feed(const char *text) { log_feed(LOG_STDOUT, text, strlen(text)); }

static void lines_are_cut_as_promised(void) {
    char *large = malloc(3 * LOG_LINE_MAX);
    memset(large, 'x', 3 * LOG_LINE_MAX);
    feed("one\ntwo\r\n\n\rthree\r\r\n");
    log_feed(LOG_STDOUT, large, LOG_LINE_MAX);  // exactly full
    feed("\n");
    log_feed(LOG_STDOUT, large, LOG_LINE_MAX);
    feed("\r\n");  // the CR belongs to the line end
    log_feed(LOG_STDOUT, large, LOG_LINE_MAX + 1);
    feed("\n");
    log_feed(LOG_STDOUT, large, 2 * LOG_LINE_MAX);
    feed("\n");
    free(large);

    static const struct {
        size_t length;
        uint8_t flags;
    } expected[] = {{3, 0}, {3, 0}, {0, 0}, {7, 0}, {LOG_LINE_MAX, 0}, {LOG_LINE_MAX, 0}, {LOG_LINE_MAX, LOG_TRUNCATED},
                    {1, 0}, {LOG_LINE_MAX, LOG_TRUNCATED}, {LOG_LINE_MAX, 0}};
    struct buf records = {0};
    struct record record;
    connect_host("{\"after_seq\":0}");
    collect(&records);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        CHECK(next_record(&records, &record));
        CHECK(record.seq == i + 1 && record.source == LOG_STDOUT);
        CHECK(record.length == expected[i].length && record.flags == expected[i].flags);
    }
    CHECK(!next_record(&records, &record));
    CHECK(log_is_delivered());
    buf_free(&records);
    close(host);
}

// LG6: whatever the ring drops shows as a hole, and nothing else does.
static void the_ring_drops_the_oldest_only(void) {
    loop_step(2);  // takes the end of the host before
    uint64_t before = log_emitted();
    char line[1000];
    memset(line, 'y', sizeof line);
    for (int i = 0; i < 5000; i++) {
        log_append(LOG_STDERR, 0, line, (size_t)(i % 1000));
    }
    struct buf records = {0};
    struct record record;
    char accept[64];
    snprintf(accept, sizeof accept, "{\"after_seq\":%llu}", (unsigned long long)before);
    connect_host(accept);
    collect(&records);
    uint64_t expected = 0;
    size_t bytes = 0;
    while (next_record(&records, &record)) {
        CHECK(expected == 0 || record.seq == expected);
        CHECK(record.length == (record.seq - before - 1) % 1000);
        expected = record.seq + 1;
        bytes += record.length + 4;
    }
    CHECK(expected == log_emitted() + 1);
    CHECK(bytes <= LOG_RING_BYTES && bytes > LOG_RING_BYTES - 2 * sizeof line);
    CHECK(log_dropped() > 0);
    buf_free(&records);
    close(host);
}

static void a_new_host_gets_what_the_old_one_had_not_stored(void) {
    loop_step(2);
    struct buf records = {0};
    struct record record;
    char accept[64];
    snprintf(accept, sizeof accept, "{\"after_seq\":%llu}", (unsigned long long)(log_emitted() - 3));
    connect_host(accept);
    collect(&records);
    for (uint64_t seq = log_emitted() - 2; seq <= log_emitted(); seq++) {
        CHECK(next_record(&records, &record) && record.seq == seq);
    }
    CHECK(!next_record(&records, &record));
    buf_free(&records);
    close(host);
}

int main(void) {
    loop_init();
    log_init();
    lines_are_cut_as_promised();
    the_ring_drops_the_oldest_only();
    a_new_host_gets_what_the_old_one_had_not_stored();
    return check_failures != 0;
}
