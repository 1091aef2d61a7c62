// Any bytes in any chunks: the decoder stays bounded, and a padded SYNC behind them is found.
#include <stdlib.h>
#include <string.h>

#include "frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static size_t feed(struct frame_decoder *d, const uint8_t *bytes, size_t length, size_t chunk, struct frame *last) {
    size_t found = 0;
    while (length > 0) {
        size_t room;
        uint8_t *at = frame_room(d, &room);
        size_t part = length < chunk ? length : chunk;
        part = part < room ? part : room;
        memcpy(at, bytes, part);
        frame_fed(d, part);
        bytes += part;
        length -= part;
        while (frame_next(d, last)) {
            found++;
        }
        if (buf_length(&d->input) > FRAME_PADDING || d->input.capacity > 4 * FRAME_PADDING) {
            abort();
        }
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const uint8_t zeros[FRAME_PADDING];
    struct frame_decoder d = {0};
    struct frame last = {0};
    size_t chunk = length > 0 ? 1 + bytes[0] * 16u : 1;
    feed(&d, bytes, length, chunk, &last);
    struct buf sync = {0};
    frame_append(&sync, FRAME_SYNC, 0, "12345678", 8);
    feed(&d, zeros, sizeof zeros, 65536, &last);
    size_t found = feed(&d, buf_head(&sync), buf_length(&sync), 65536, &last);
    if (found != 1 || last.type != FRAME_SYNC || last.length != 8) {
        abort();
    }
    buf_free(&sync);
    frame_decoder_free(&d);
    return 0;
}
