#include "initlog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "loop.h"

enum { LOG_LIMIT = 1 << 20, EARLY_LIMIT = 64 << 10 };

static struct buf early;
static int log_fd = -1;
static size_t log_size;

static void write_all(int fd, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR) {
            return;  // a diagnostic log that cannot be written has nobody to tell
        }
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
}

void initlog_open(const char *path) {
    log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log_fd >= 0) {
        log_size = buf_length(&early);
        write_all(log_fd, buf_head(&early), log_size);
        buf_free(&early);
    }
}

static void format_line(struct buf *line, const char *part, const char *event, const char *detail) {
    buf_format(line, "{\"uptime_ms\":%llu,\"part\":", (unsigned long long)uptime_ms());
    buf_json_string(line, part);
    buf_text(line, ",\"event\":");
    buf_json_string(line, event);
    buf_text(line, ",\"detail\":");
    buf_json_string(line, detail);
    buf_text(line, "}\n");
}

void initlog(const char *part, const char *event, const char *detail) {
    struct buf line = {0};
    format_line(&line, part, event, detail);
    size_t length = buf_length(&line);
    if (log_fd >= 0 && log_size + length <= LOG_LIMIT) {
        log_size += length;
        write_all(log_fd, buf_head(&line), length);
    } else if (log_fd < 0 && buf_length(&early) + length <= EARLY_LIMIT) {
        buf_append(&early, buf_head(&line), length);
    }
    buf_free(&line);
}

void initlog_fatal(const char *part, const char *event, const char *detail) {
    initlog(part, event, detail);
    struct buf line = {0};
    buf_text(&line, "vt-init: ");
    format_line(&line, part, event, detail);
    write_all(STDERR_FILENO, buf_head(&line), buf_length(&line));
    buf_free(&line);
}
