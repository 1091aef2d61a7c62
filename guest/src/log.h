// What the workload writes: cut into lines, numbered, kept in a 1 MiB ring, sent on one stream when there is a host. The pipes
// are always drained, so a workload never waits for its log; without a host the oldest records go.
//
// On the stream: seq u64 | stream u8 | flags u8 | length u16 | line, big-endian, one after the other.
#ifndef VT_LOG_H
#define VT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_source { LOG_STDOUT = 1, LOG_STDERR = 2, LOG_SYSTEM = 3 };
enum log_flag { LOG_TRUNCATED = 1, LOG_PARTIAL = 2 };
enum { LOG_LINE_MAX = 16384, LOG_RING_BYTES = 1 << 20, LOG_PARTIAL_MS = 1000 };

// Makes the two pipes. Their write ends are inherited by whoever gets them as standard output and error.
void log_init(void);
int log_stdout_fd(void);
int log_stderr_fd(void);

// A line of the platform's own: "started", "oom_killed", …
void log_system(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Takes what is in the pipes now and ends unfinished lines; for when all writers are gone.
void log_drain(void);
void log_channel_opened(void);
// Whether the host has everything, as far as the transport can tell.
bool log_is_delivered(void);
uint64_t log_emitted(void);
uint64_t log_dropped(void);

// For tests.
void log_append(enum log_source source, uint8_t flags, const void *line, size_t length);
void log_feed(enum log_source source, const void *bytes, size_t length);

#endif
