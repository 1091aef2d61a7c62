#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t file_read(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    size_t length = 0;
    ssize_t got;
    while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(fd);
    text[length] = '\0';
    return (ssize_t)length;
}

static bool write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

bool file_write_existing(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool written = write_all(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return written;
}

bool file_replace(const char *path, const void *bytes, size_t length, uid_t uid, gid_t gid, mode_t mode) {
    char temporary[PATH_MAX];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    bool done = write_all(fd, bytes, length) && (geteuid() != 0 || fchown(fd, uid, gid) == 0) && fchmod(fd, mode) == 0 &&
                fsync(fd) == 0 && rename(temporary, path) == 0;
    int error = errno;
    close(fd);
    if (!done) {
        unlink(temporary);
    }
    errno = error;
    return done;
}

bool make_directories(const char *path) {
    char partial[PATH_MAX];
    if ((size_t)snprintf(partial, sizeof partial, "%s", path) >= sizeof partial) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (char *p = partial + 1; *p != '\0'; p++) {
        if (*p == '/') {
            *p = '\0';
            if (mkdir(partial, 0755) < 0 && errno != EEXIST) {
                return false;
            }
            *p = '/';
        }
    }
    return mkdir(partial, 0755) == 0 || errno == EEXIST;
}
