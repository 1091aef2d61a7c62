#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "initlog.h"
#include "loop.h"

enum { PROTOCOL_MIN = 1, PROTOCOL_MAX = 1, OUTPUT_LOW = STREAM_SLICE, CREDIT_STEP = STREAM_CREDIT / 4 };

enum channel_state { CHANNEL_WAITING, CHANNEL_GREETED, CHANNEL_OPEN };

static struct {
    struct watch watch;
    enum channel_state state;
    const struct channel_handler *handler;
    struct frame_decoder decoder;
    struct buf message;  // fragments of a MSG so far
    struct buf output;   // bytes on their way to the transport
    struct buf control;  // frames that go before any stream's
    struct stream *streams;
    uint32_t last_host_id;
    uint32_t next_own_id;
    size_t count;
    bool pumping;
} channel = {.watch.fd = -1};

static void pump(void);

// Frames that no stream's data may delay.
static void control_frame(uint8_t type, uint32_t stream, const void *payload, size_t length) {
    frame_append(&channel.control, type, stream, payload, length);
    pump();
}

static void code_document(char *out, size_t size, const char *code) { snprintf(out, size, "{\"code\":\"%s\"}", code); }

// ---- streams

static struct stream *stream_find(uint32_t id) {
    for (struct stream *s = channel.streams; s != NULL; s = s->next) {
        if (s->id == id) {
            return s;
        }
    }
    return NULL;
}

static struct stream *stream_new(uint32_t id) {
    struct stream *s = vt_alloc(sizeof *s);
    s->id = id;
    s->send_credit = STREAM_CREDIT;
    s->receive_credit = STREAM_CREDIT;
    struct stream **link = &channel.streams;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = s;
    channel.count++;
    return s;
}

static void stream_drop(struct stream *stream) {
    struct stream **link = &channel.streams;
    while (*link != stream) {
        link = &(*link)->next;
    }
    *link = stream->next;
    channel.count--;
    free(stream);
}

static void streams_drop_all(const char *code) {
    while (channel.streams != NULL) {
        struct stream *s = channel.streams;
        const struct stream_handler *handler = s->handler;
        if (handler != NULL && handler->closed != NULL) {
            handler->closed(s, code);
        }
        stream_drop(s);
    }
}

struct stream *stream_open(const struct stream_handler *handler, void *owner, const char *params) {
    if (channel.state != CHANNEL_OPEN || channel.count == STREAM_LIMIT) {
        return NULL;
    }
    struct stream *s = stream_new(channel.next_own_id);
    channel.next_own_id += 2;
    s->handler = handler;
    s->owner = owner;
    control_frame(FRAME_OPEN, s->id, params, strlen(params));
    return s;
}

void stream_accept(struct stream *stream, const struct stream_handler *handler, void *owner, const char *params) {
    stream->handler = handler;
    stream->owner = owner;
    stream->open = true;
    control_frame(FRAME_ACCEPT, stream->id, params, strlen(params));
}

void stream_refuse(struct stream *stream, const char *code) { stream_reset(stream, code); }

void stream_ready(struct stream *stream) {
    stream->ready = true;
    pump();
}

void stream_consumed(struct stream *stream, size_t length) {
    stream->consumed += (uint32_t)length;
    if (stream->consumed >= CREDIT_STEP || stream->receive_credit < CREDIT_STEP) {
        uint8_t payload[4];
        put_u32(payload, stream->consumed);
        stream->receive_credit += stream->consumed;
        stream->consumed = 0;
        control_frame(FRAME_CREDIT, stream->id, payload, sizeof payload);
    }
}

void stream_end(struct stream *stream) {
    stream->end_wanted = true;
    pump();
}

static void discard(struct stream *stream, const uint8_t *bytes, size_t length) {
    (void)bytes;
    stream_consumed(stream, length);
}

void stream_finish(struct stream *stream) {
    static const struct stream_handler finished = {.data = discard};
    stream->handler = &finished;
    stream->owner = NULL;
    stream_end(stream);
}

void stream_reset(struct stream *stream, const char *code) {
    char document[96];
    code_document(document, sizeof document, code);
    uint32_t id = stream->id;
    stream_drop(stream);
    control_frame(FRAME_RESET, id, document, strlen(document));
}

// One slice of one stream, in turn; false if no stream has anything to send.
static bool produce_slice(void) {
    for (size_t tries = channel.count; tries > 0 && channel.streams != NULL; tries--) {
        struct stream *s = channel.streams;
        struct stream **link = &channel.streams;
        channel.streams = s->next;  // to the back of the queue
        while (*link != NULL) {
            link = &(*link)->next;
        }
        *link = s;
        s->next = NULL;

        if (s->open && s->ready && !s->end_sent && !s->end_wanted && s->send_credit >= STREAM_SLICE_MIN) {
            size_t room = s->send_credit < STREAM_SLICE ? s->send_credit : STREAM_SLICE;
            uint32_t id = s->id;
            // Not straight into the output: the handler may send control frames or drop the stream.
            static uint8_t slice[STREAM_SLICE];
            s->ready = false;
            size_t length = s->handler->produce(s, slice, room);
            if (stream_find(id) != s) {
                return true;
            }
            if (length > 0) {
                s->ready = true;
                s->send_credit -= (uint32_t)length;
                frame_append(&channel.output, FRAME_DATA, id, slice, length);
                return true;
            }
        }
        if (s->open && s->end_wanted && !s->end_sent) {
            s->end_sent = true;
            frame_append(&channel.output, FRAME_FIN, s->id, NULL, 0);
            if (s->end_received) {
                stream_drop(s);
            }
            return true;
        }
    }
    return false;
}

// ---- output

static void fill_output(void) {
    while (buf_length(&channel.output) < OUTPUT_LOW) {
        if (buf_length(&channel.control) > 0) {
            buf_append(&channel.output, buf_head(&channel.control), buf_length(&channel.control));
            buf_clear(&channel.control);
        } else if (channel.state != CHANNEL_OPEN || !produce_slice()) {
            return;
        }
    }
}

static void pump(void) {
    if (channel.pumping || channel.watch.fd < 0) {
        return;
    }
    channel.pumping = true;
    for (;;) {
        fill_output();
        size_t length = buf_length(&channel.output);
        if (length == 0) {
            break;
        }
        ssize_t written = write(channel.watch.fd, buf_head(&channel.output), length);
        if (written > 0) {
            buf_consume(&channel.output, (size_t)written);
        } else if (written < 0 && errno == EINTR) {
            continue;
        } else {
            break;  // full: EPOLLOUT comes; broken: EPOLLHUP or the read side tells
        }
    }
    channel.pumping = false;
}

bool channel_is_open(void) { return channel.state == CHANNEL_OPEN; }

bool channel_is_flushed(void) { return buf_length(&channel.output) == 0 && buf_length(&channel.control) == 0; }

bool channel_send(const struct buf *json) {
    if (channel.state != CHANNEL_OPEN) {
        return false;
    }
    const uint8_t *at = buf_head(json);
    size_t left = buf_length(json);
    // A frame of full length says that another follows; a shorter one, perhaps empty, ends the document.
    for (;;) {
        size_t part = left < FRAME_MAX_PAYLOAD ? left : FRAME_MAX_PAYLOAD;
        frame_append(&channel.control, FRAME_MSG, 0, at, part);
        at += part;
        left -= part;
        if (part < FRAME_MAX_PAYLOAD) {
            break;
        }
    }
    pump();
    return true;
}

// ---- input

static void drop_session(const char *code) {
    bool was_open = channel.state == CHANNEL_OPEN;
    channel.state = CHANNEL_WAITING;
    streams_drop_all(code);
    buf_clear(&channel.message);
    buf_clear(&channel.control);
    if (was_open) {
        channel.handler->lost();
    }
}

static void host_lost(void) {
    drop_session("channel_lost");
    buf_clear(&channel.output);
    buf_clear(&channel.decoder.input);
}

static void on_sync(const struct frame *frame) {
    char sync[17] = "";
    for (uint32_t i = 0; i < frame->length && i < 8; i++) {
        snprintf(sync + 2 * i, 3, "%02x", frame->payload[i]);
    }
    drop_session("channel_lost");
    channel.last_host_id = 0;
    channel.next_own_id = 1;
    channel.state = CHANNEL_GREETED;
    struct buf hello = {0};
    buf_format(&hello, "{\"protocol_min\":%d,\"protocol_max\":%d,\"sync\":\"%s\"", PROTOCOL_MIN, PROTOCOL_MAX, sync);
    channel.handler->describe(&hello);
    buf_text(&hello, "}");
    // Part of an old frame may be on its way: the padding ends it for the host's decoder.
    memset(buf_reserve(&channel.control, FRAME_PADDING), 0, FRAME_PADDING);
    buf_grown(&channel.control, FRAME_PADDING);
    control_frame(FRAME_HELLO, 0, buf_head(&hello), buf_length(&hello));
    buf_free(&hello);
}

static void violation(const char *what) {
    initlog("channel", "violation", what);
    // The host answers with SYNC.
    char document[96];
    code_document(document, sizeof document, what);
    control_frame(FRAME_RESET, 0, document, strlen(document));
}

static void on_welcome(const struct frame *frame) {
    struct json_document document;
    int64_t protocol;
    if (channel.state == CHANNEL_GREETED && json_parse(&document, frame->payload, frame->length) &&
        json_integer(json_member(document.root, "protocol"), PROTOCOL_MIN, PROTOCOL_MAX, &protocol)) {
        channel.state = CHANNEL_OPEN;
        channel.handler->opened(document.root);
    } else {
        violation("welcome_invalid");
    }
    json_free(&document);
}

static void on_message(const struct frame *frame) {
    if (buf_length(&channel.message) + frame->length > JSON_MAX_BYTES) {
        buf_clear(&channel.message);
        violation("message_too_large");
        return;
    }
    buf_append(&channel.message, frame->payload, frame->length);
    if (frame->length == FRAME_MAX_PAYLOAD) {
        return;
    }
    struct json_document document;
    if (json_parse(&document, buf_head(&channel.message), buf_length(&channel.message)) &&
        document.root->type == JSON_OBJECT) {
        buf_clear(&channel.message);
        channel.handler->message(document.root);
    } else {
        buf_clear(&channel.message);
        violation("message_invalid");
    }
    json_free(&document);
}

static void on_open(const struct frame *frame) {
    uint32_t id = frame->stream;
    if (id == 0 || id % 2 != 0 || id <= channel.last_host_id) {
        violation("stream_id");
        return;
    }
    channel.last_host_id = id;
    struct stream *s = stream_new(id);
    struct json_document document;
    if (channel.count > STREAM_LIMIT) {
        stream_refuse(s, "too_many_streams");
    } else if (json_parse(&document, frame->payload, frame->length)) {
        channel.handler->stream_offered(s, document.root);
        json_free(&document);
    } else {
        json_free(&document);
        stream_refuse(s, "open_invalid");
    }
}

static void on_data(struct stream *s, const struct frame *frame) {
    if (!s->open || s->end_received || frame->length > s->receive_credit) {
        const struct stream_handler *handler = s->handler;
        if (handler != NULL && handler->closed != NULL) {
            handler->closed(s, "flow_violation");
        }
        stream_reset(s, "flow_violation");
        return;
    }
    s->receive_credit -= frame->length;
    s->handler->data(s, frame->payload, frame->length);
}

static void on_stream_frame(const struct frame *frame) {
    struct stream *s = stream_find(frame->stream);
    if (s == NULL) {
        return;  // crossed with our RESET or FIN
    }
    switch (frame->type) {
        case FRAME_ACCEPT: {
            struct json_document document;
            if (!s->open && s->id % 2 == 1 && json_parse(&document, frame->payload, frame->length)) {
                s->open = true;
                s->handler->accepted(s, document.root);
                json_free(&document);
            }
            break;
        }
        case FRAME_DATA:
            on_data(s, frame);
            break;
        case FRAME_CREDIT:
            if (frame->length == 4) {
                uint32_t more = get_u32(frame->payload);
                s->send_credit = more > STREAM_CREDIT - s->send_credit ? STREAM_CREDIT : s->send_credit + more;
            }
            break;
        case FRAME_FIN:
            if (s->open && !s->end_received) {
                s->end_received = true;
                if (s->handler->ended != NULL) {
                    s->handler->ended(s);
                    s = stream_find(frame->stream);
                }
                if (s != NULL && s->end_sent) {
                    stream_drop(s);
                }
            }
            break;
        case FRAME_RESET: {
            struct json_document document = {0};
            const char *code = NULL;
            if (json_parse(&document, frame->payload, frame->length)) {
                code = json_text(document.root, "code");
            }
            if (s->handler != NULL && s->handler->closed != NULL) {
                s->handler->closed(s, code ? code : "reset");
            }
            json_free(&document);
            stream_drop(s);
            break;
        }
        default:
            break;
    }
}

static void on_frame(const struct frame *frame) {
    switch (frame->type) {
        case FRAME_SYNC:
            on_sync(frame);
            return;
        case FRAME_WELCOME:
            on_welcome(frame);
            return;
        case FRAME_PING:
            control_frame(FRAME_PONG, 0, frame->payload, frame->length < 64 ? frame->length : 64);
            return;
        case FRAME_PONG:
            return;
        default:
            break;
    }
    if (channel.state != CHANNEL_OPEN) {
        return;  // from before the newest SYNC
    }
    switch (frame->type) {
        case FRAME_MSG:
            on_message(frame);
            break;
        case FRAME_OPEN:
            on_open(frame);
            break;
        case FRAME_ACCEPT:
        case FRAME_DATA:
        case FRAME_CREDIT:
        case FRAME_FIN:
        case FRAME_RESET:
            on_stream_frame(frame);
            break;
        default:
            violation("frame_type");
            break;
    }
}

static void decode(void) {
    struct frame frame;
    while (frame_next(&channel.decoder, &frame)) {
        on_frame(&frame);
    }
    if (channel.decoder.garbage) {
        channel.decoder.garbage = false;
        if (channel.state == CHANNEL_OPEN) {
            violation("garbage");
        }
    }
}

static void on_ready(struct watch *watch, uint32_t events) {
    (void)events;
    int fd = watch->fd;
    for (;;) {
        size_t room;
        uint8_t *at = frame_room(&channel.decoder, &room);
        ssize_t got = read(fd, at, room);
        if (got > 0) {
            frame_fed(&channel.decoder, (size_t)got);
            decode();
            if (channel.watch.fd != fd) {
                return;
            }
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            host_lost();  // a virtio port reads as ended while no host is connected; an edge tells when one is
            channel.handler->hung_up();
            return;
        } else if (errno == EAGAIN) {
            break;
        }
    }
    pump();
}

void channel_attach(int fd, const struct channel_handler *handler) {
    host_lost();
    watch_close(&channel.watch);
    channel.handler = handler;
    channel.watch = (struct watch){.fd = fd, .ready = on_ready};
    // Edge-triggered, since a virtio port without a host would report EPOLLHUP without end.
    watch_for(&channel.watch, EPOLLIN | EPOLLOUT | EPOLLET);
}
