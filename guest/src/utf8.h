#ifndef VT_UTF8_H
#define VT_UTF8_H

#include <stddef.h>
#include <stdint.h>

// Length of the well-formed UTF-8 sequence at p (1 to 4 bytes, RFC 3629), or 0 if there is none within `left` bytes.
static inline size_t utf8_sequence(const uint8_t *p, size_t left) {
    if (left == 0) {
        return 0;
    }
    uint8_t first = p[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((first == 0xe0 && p[1] < 0xa0) || (first == 0xed && p[1] > 0x9f) || (first == 0xf0 && p[1] < 0x90) ||
        (first == 0xf4 && p[1] > 0x8f)) {
        return 0;
    }
    return length;
}

#endif
