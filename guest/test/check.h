// A test is a function; CHECK says where it failed and goes on, main returns whether all passed.
#ifndef VT_CHECK_H
#define VT_CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            check_failures++;                                                   \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
        }                                                                       \
    } while (0)

#define CHECK_TEXT(actual, expected)                                                                                  \
    do {                                                                                                              \
        const char *actual_ = (actual);                                                                               \
        if (actual_ == NULL || strcmp(actual_, (expected)) != 0) {                                                    \
            check_failures++;                                                                                         \
            fprintf(stderr, "%s:%d: expected \"%s\", was \"%s\"\n", __FILE__, __LINE__, (expected),                   \
                    actual_ ? actual_ : "(null)");                                                                    \
        }                                                                                                             \
    } while (0)

#endif
