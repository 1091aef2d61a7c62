// Small files: read whole, written whole.
#ifndef VT_FILES_H
#define VT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Up to size-1 bytes and a NUL; the length, or -1.
ssize_t file_read(const char *path, char *text, size_t size);
// Into a file of the kernel's; false and errno.
bool file_write_existing(const char *path, const char *text);
// Temporary file beside it, owner, mode, fsync, rename. False and errno; nothing is left behind.
bool file_replace(const char *path, const void *bytes, size_t length, uid_t uid, gid_t gid, mode_t mode);
// Makes a directory and its parents, 0755; fine if it exists.
bool make_directories(const char *path);

#endif
