#include "secrets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "channel.h"
#include "files.h"
#include "initlog.h"

enum { SECRETS_MAX_BYTES = 512 << 10 };

static const struct config *wanted_by;
static const char *file_directory;
static void (*on_done)(const char *detail);
static struct stream *stream;
static struct buf content;

static void forget(void) {
    if (content.bytes != NULL) {
        explicit_bzero(content.bytes, content.capacity);
    }
    buf_free(&content);
}

static void finish(const char *detail) {
    forget();
    stream = NULL;
    wanted_by = NULL;
    on_done(detail);
}

static void on_accepted(struct stream *s, const struct json *params) {
    (void)s;
    (void)params;
    // Grown once: a buffer that moves would leave copies behind.
    buf_reserve(&content, SECRETS_MAX_BYTES);
}

static void on_data(struct stream *s, const uint8_t *bytes, size_t length) {
    if (buf_length(&content) + length > SECRETS_MAX_BYTES) {
        stream_reset(s, "too_large");
        finish("format_invalid");
        return;
    }
    buf_append(&content, bytes, length);
    stream_consumed(s, length);
}

static void on_ended(struct stream *s) {
    stream_finish(s);
    char path[256];
    snprintf(path, sizeof path, "%s/platform.env", file_directory);
    bool written = (mkdir(file_directory, 0755) == 0 || errno == EEXIST) &&
                   file_replace(path, buf_head(&content), buf_length(&content), wanted_by->uid, wanted_by->gid, 0400);
    if (!written) {
        initlog("secrets", "write_failed", strerror(errno));
    }
    finish(written ? NULL : "write_failed");
}

static void on_closed(struct stream *s, const char *code) {
    (void)s;
    stream = NULL;
    forget();
    if (strcmp(code, "channel_lost") != 0) {
        finish(code);
    }
}

static const struct stream_handler handler = {
    .accepted = on_accepted, .data = on_data, .ended = on_ended, .closed = on_closed};

void secrets_channel_opened(void) {
    if (wanted_by != NULL && stream == NULL) {
        stream = stream_open(&handler, NULL, "{\"kind\":\"secrets\"}");
    }
}

void secrets_fetch(const char *directory, const struct config *config, void (*done)(const char *detail)) {
    file_directory = directory;
    wanted_by = config;
    on_done = done;
    secrets_channel_opened();
}
