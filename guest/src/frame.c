#include "frame.h"

#include <string.h>

static uint32_t crc_table[8][256];

static void crc_init(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0);
        }
        crc_table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int slice = 1; slice < 8; slice++) {
            uint32_t previous = crc_table[slice - 1][i];
            crc_table[slice][i] = (previous >> 8) ^ crc_table[0][previous & 0xff];
        }
    }
}

// Eight bytes per step from tables, because the crc32 instruction is slow under emulation.
uint32_t crc32c(uint32_t crc, const void *data, size_t length) {
    if (crc_table[0][1] == 0) {
        crc_init();
    }
    const uint8_t *p = data;
    crc = ~crc;
    while (length >= 8) {
        uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
        crc = crc_table[7][low & 0xff] ^ crc_table[6][(low >> 8) & 0xff] ^ crc_table[5][(low >> 16) & 0xff] ^
              crc_table[4][low >> 24] ^ crc_table[3][p[4]] ^ crc_table[2][p[5]] ^ crc_table[1][p[6]] ^
              crc_table[0][p[7]];
        p += 8;
        length -= 8;
    }
    while (length-- > 0) {
        crc = (crc >> 8) ^ crc_table[0][(crc ^ *p++) & 0xff];
    }
    return ~crc;
}

uint8_t *frame_begin(struct buf *out, size_t room) { return buf_reserve(out, FRAME_HEADER + room) + FRAME_HEADER; }

void frame_finish(struct buf *out, uint8_t type, uint32_t stream, size_t length) {
    uint8_t *header = out->bytes + out->end;
    header[0] = FRAME_MAGIC >> 8;
    header[1] = FRAME_MAGIC & 0xff;
    header[2] = FRAME_VERSION;
    header[3] = type;
    put_u32(header + 4, stream);
    put_u32(header + 8, (uint32_t)length);
    put_u32(header + 12, crc32c(crc32c(0, header, 12), header + FRAME_HEADER, length));
    buf_grown(out, FRAME_HEADER + length);
}

void frame_append(struct buf *out, uint8_t type, uint32_t stream, const void *payload, size_t length) {
    uint8_t *room = frame_begin(out, length);
    if (length > 0) {
        memcpy(room, payload, length);
    }
    frame_finish(out, type, stream, length);
}

uint8_t *frame_room(struct frame_decoder *d, size_t *room) {
    uint8_t *at = buf_reserve(&d->input, 4096);
    *room = d->input.capacity - d->input.end;
    return at;
}

void frame_fed(struct frame_decoder *d, size_t length) { buf_grown(&d->input, length); }

// Past one byte of garbage, or a whole run of padding.
static void skip(struct frame_decoder *d) {
    const uint8_t *p = buf_head(&d->input);
    size_t have = buf_length(&d->input);
    size_t count = 0;
    while (count < have && p[count] == 0) {
        count++;
    }
    if (count == 0) {
        d->garbage = true;
        count = 1;
    }
    buf_consume(&d->input, count);
}

bool frame_next(struct frame_decoder *d, struct frame *frame) {
    for (;;) {
        size_t have = buf_length(&d->input);
        if (have == 0) {
            return false;
        }
        const uint8_t *p = buf_head(&d->input);
        static const uint8_t start[3] = {FRAME_MAGIC >> 8, FRAME_MAGIC & 0xff, FRAME_VERSION};
        if (memcmp(p, start, have < sizeof start ? have : sizeof start) != 0) {
            skip(d);
            continue;
        }
        if (have < FRAME_HEADER) {
            return false;
        }
        uint32_t length = get_u32(p + 8);
        if (length > FRAME_MAX_PAYLOAD) {
            skip(d);
            continue;
        }
        if (have < FRAME_HEADER + length) {
            return false;
        }
        if (crc32c(crc32c(0, p, 12), p + FRAME_HEADER, length) != get_u32(p + 12)) {
            skip(d);
            continue;
        }
        *frame = (struct frame){p[3], get_u32(p + 4), length, p + FRAME_HEADER};
        buf_consume(&d->input, FRAME_HEADER + length);
        return true;
    }
}

void frame_decoder_free(struct frame_decoder *d) { buf_free(&d->input); }
