// Streams to a TCP port of this guest, and to init's own log.
#ifndef VT_FORWARD_H
#define VT_FORWARD_H

#include "channel.h"
#include "config.h"

// Tries the guest's own address, then ::1, then 127.0.0.1; accepts with {"address": the one that answered}.
void forward_offered(struct stream *stream, const struct json *params, const struct config *config);
// Sends the file's present content, then ends.
void file_offered(struct stream *stream, const char *path);

#endif
