// The frames of the control channel (runtime.md §8): magic, version, type, stream, length, CRC32C, payload; big-endian.
#ifndef VT_FRAME_H
#define VT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum {
    FRAME_MAGIC = 0x5654,
    FRAME_VERSION = 1,
    FRAME_HEADER = 16,
    FRAME_MAX_PAYLOAD = 65536,
    // Zeros before SYNC and HELLO: they end any frame that was cut short, whatever length it claimed.
    FRAME_PADDING = FRAME_HEADER + FRAME_MAX_PAYLOAD,
};

enum frame_type {
    FRAME_SYNC = 0x01,
    FRAME_HELLO = 0x02,
    FRAME_WELCOME = 0x03,
    FRAME_OPEN = 0x10,
    FRAME_ACCEPT = 0x11,
    FRAME_DATA = 0x12,
    FRAME_CREDIT = 0x13,
    FRAME_FIN = 0x14,
    FRAME_RESET = 0x15,
    FRAME_MSG = 0x18,
    FRAME_PING = 0x20,
    FRAME_PONG = 0x21,
};

struct frame {
    uint8_t type;
    uint32_t stream;
    uint32_t length;
    const uint8_t *payload;  // inside the decoder, until its next call
};

struct frame_decoder {
    struct buf input;
    bool garbage;  // set when a byte other than padding was skipped; the reader clears it
};

uint32_t crc32c(uint32_t crc, const void *data, size_t length);

void frame_append(struct buf *out, uint8_t type, uint32_t stream, const void *payload, size_t length);
// Where `room` payload bytes may be written; frame_finish then completes the frame with the length really used.
uint8_t *frame_begin(struct buf *out, size_t room);
void frame_finish(struct buf *out, uint8_t type, uint32_t stream, size_t length);

// Room for at least one byte more of input; report what was written with frame_fed.
uint8_t *frame_room(struct frame_decoder *d, size_t *room);
void frame_fed(struct frame_decoder *d, size_t length);
// True and a frame, or false when more bytes are needed. Never keeps more than one frame's worth of undecoded bytes.
bool frame_next(struct frame_decoder *d, struct frame *frame);
void frame_decoder_free(struct frame_decoder *d);

static inline uint32_t get_u32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void put_u32(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

#endif
