#include "frame.h"

#include <stdlib.h>

#include "check.h"

static void crc_is_castagnoli(void) {
    CHECK(crc32c(0, "123456789", 9) == 0xe3069283u);
    CHECK(crc32c(crc32c(0, "1234", 4), "56789", 5) == 0xe3069283u);
    CHECK(crc32c(0, "", 0) == 0);
}

// The same bytes as in the host's FrameDecoderTest.
static void bytes_of_a_frame_are_fixed(void) {
    static const uint8_t expected[] = {0x56, 0x54, 0x01, 0x20, 0, 0, 0, 0, 0, 0, 0, 2, 0x6f, 0x56, 0x49, 0xd0, 1, 2};
    struct buf out = {0};
    frame_append(&out, FRAME_PING, 0, "\x01\x02", 2);
    CHECK(buf_length(&out) == sizeof expected && memcmp(buf_head(&out), expected, sizeof expected) == 0);
    buf_free(&out);
}

static void feed(struct frame_decoder *d, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        size_t room;
        uint8_t *at = frame_room(d, &room);
        size_t part = length < room ? length : room;
        memcpy(at, bytes, part);
        frame_fed(d, part);
        bytes += part;
        length -= part;
    }
}

static void two_frames(struct buf *out) {
    frame_append(out, FRAME_MSG, 0, "{\"type\":\"x\"}", 12);
    frame_append(out, FRAME_DATA, 2, "\x01\x02VT\x01", 5);
}

// Whatever happened to the bytes before, the padded frame is the last one found.
static bool heals(const uint8_t *damaged, size_t length) {
    static const uint8_t zeros[FRAME_PADDING];
    struct frame_decoder d = {0};
    struct buf marker = {0};
    struct frame frame;
    struct frame last = {0};
    bool marked = false;
    frame_append(&marker, FRAME_SYNC, 0, "12345678", 8);
    feed(&d, damaged, length);
    feed(&d, zeros, sizeof zeros);
    feed(&d, buf_head(&marker), buf_length(&marker));
    while (frame_next(&d, &frame)) {
        last = frame;
        marked = last.type == FRAME_SYNC && last.length == 8 && memcmp(last.payload, "12345678", 8) == 0;
    }
    buf_free(&marker);
    frame_decoder_free(&d);
    return marked;
}

static void damage_at_every_offset_heals(void) {
    struct buf bytes = {0};
    two_frames(&bytes);
    size_t length = buf_length(&bytes);
    for (size_t cut = 0; cut <= length; cut++) {
        CHECK(heals(buf_head(&bytes), cut));
    }
    uint8_t *flipped = malloc(length);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        memcpy(flipped, buf_head(&bytes), length);
        flipped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(heals(flipped, length));
    }
    free(flipped);
    buf_free(&bytes);
}

static void frames_survive_every_chunking(void) {
    struct buf bytes = {0};
    two_frames(&bytes);
    for (size_t chunk = 1; chunk <= buf_length(&bytes); chunk++) {
        struct frame_decoder d = {0};
        int found = 0;
        for (size_t at = 0; at < buf_length(&bytes); at += chunk) {
            size_t part = buf_length(&bytes) - at < chunk ? buf_length(&bytes) - at : chunk;
            feed(&d, buf_head(&bytes) + at, part);
            struct frame frame;
            while (frame_next(&d, &frame)) {
                found++;
            }
        }
        CHECK(found == 2);
        CHECK(!d.garbage);
        frame_decoder_free(&d);
    }
    buf_free(&bytes);
}

static void oversize_is_garbage(void) {
    struct buf bytes = {0};
    two_frames(&bytes);
    put_u32(buf_head(&bytes) + 8, FRAME_MAX_PAYLOAD + 1);
    struct frame_decoder d = {0};
    struct frame frame;
    feed(&d, buf_head(&bytes), buf_length(&bytes));
    CHECK(frame_next(&d, &frame) && frame.type == FRAME_DATA);
    CHECK(d.garbage);
    frame_decoder_free(&d);
    buf_free(&bytes);
}

int main(void) {
    crc_is_castagnoli();
    bytes_of_a_frame_are_fixed();
    damage_at_every_offset_heals();
    frames_survive_every_chunking();
    oversize_is_garbage();
    return check_failures != 0;
}
