// Init's own log, /run/vt/init.log: JSON lines, at most 1 MiB, names and codes but never values.
#ifndef VT_INITLOG_H
#define VT_INITLOG_H

// Keeps lines in memory until the file can be opened.
void initlog_open(const char *path);
void initlog(const char *part, const char *event, const char *detail);
// Also to the console, for a guest that cannot reach its host.
void initlog_fatal(const char *part, const char *event, const char *detail);

#endif
