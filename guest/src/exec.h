// Exec sessions (exec-and-logs.md §2–3): a command beside the workload, on a terminal or on pipes. Each DATA of the stream is one
// packet: its first byte is the type, as on the WebSocket.
#ifndef VT_EXEC_H
#define VT_EXEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "channel.h"
#include "config.h"

enum { EXEC_LIMIT = 16 };

void exec_offered(struct stream *stream, const struct json *params, const struct config *config);
// A child ended; false if it was none of ours.
bool exec_child_ended(pid_t pid, int status);
// The instance stops: ends all sessions within two seconds and says so.
void exec_stop_all(void);
// Sessions whose exit the host has not been told.
bool exec_all_told(void);

#endif
