// The control channel as the guest sees it: SYNC → HELLO → WELCOME, messages, and streams with credit (runtime.md §8).
//
// Output is pulled: whoever has bytes for a stream marks it ready, and is asked to produce at most one slice when it is its
// turn. Nothing is buffered for a host that does not read.
#ifndef VT_CHANNEL_H
#define VT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

enum { STREAM_LIMIT = 64, STREAM_CREDIT = 65536, STREAM_SLICE = 16384, STREAM_SLICE_MIN = 4096 };

struct stream;

struct stream_handler {
    // The host took the stream that we opened; params is its ACCEPT document.
    void (*accepted)(struct stream *stream, const struct json *params);
    // There is credit: write up to `room` (STREAM_SLICE_MIN to STREAM_SLICE) bytes into `slice` and return how many. 0: nothing
    // to send now, call stream_ready when there is. May call stream_end or stream_reset instead.
    size_t (*produce)(struct stream *stream, uint8_t *slice, size_t room);
    // Bytes from the host; give credit back by stream_consumed once they have gone on.
    void (*data)(struct stream *stream, const uint8_t *bytes, size_t length);
    // The host will send no more.
    void (*ended)(struct stream *stream);
    // The stream is gone, by RESET (its code) or with the channel ("channel_lost"); not called after stream_reset.
    void (*closed)(struct stream *stream, const char *code);
};

struct stream {
    uint32_t id;
    const struct stream_handler *handler;
    void *owner;
    bool open;  // OPEN and ACCEPT have passed
    bool ready;
    bool end_wanted;
    bool end_sent;
    bool end_received;
    uint32_t send_credit;
    uint32_t receive_credit;
    uint32_t consumed;
    struct stream *next;
};

struct channel_handler {
    // WELCOME came: resend what the host must know, open streams.
    void (*opened)(const struct json *welcome);
    void (*message)(const struct json *message);
    // The host opens a stream; answer by stream_accept or stream_refuse, now or later.
    void (*stream_offered)(struct stream *stream, const struct json *params);
    // An open channel is no longer; every stream's closed() was called before.
    void (*lost)(void);
    // The transport reads as ended. A virtio port may come back by itself.
    void (*hung_up)(void);
    // Appends the members of HELLO after the protocol range and sync.
    void (*describe)(struct buf *hello);
};

// fd must be non-blocking. A descriptor that was opened before is closed.
void channel_attach(int fd, const struct channel_handler *handler);
bool channel_is_open(void);
// Whether everything handed over so far is with the transport.
bool channel_is_flushed(void);
// Sends one JSON document on stream 0; false if the channel is not open.
bool channel_send(const struct buf *json);

// NULL if the channel is not open or the limit is reached. `params` is the OPEN document.
struct stream *stream_open(const struct stream_handler *handler, void *owner, const char *params);
void stream_accept(struct stream *stream, const struct stream_handler *handler, void *owner, const char *params);
void stream_refuse(struct stream *stream, const char *code);
void stream_ready(struct stream *stream);
void stream_consumed(struct stream *stream, size_t length);
// No more bytes from us; the stream is freed when both sides have ended.
void stream_end(struct stream *stream);
// stream_end, and whatever still comes from the host is dropped without a call: the owner may forget the stream.
void stream_finish(struct stream *stream);
void stream_reset(struct stream *stream, const char *code);

#endif
