#ifndef VT_METRICS_H
#define VT_METRICS_H

#include "buf.h"

// Appends the "metrics" message: memory, CPU time, processes, log counters.
void metrics_message(struct buf *out);

#endif
