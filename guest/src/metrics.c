#include "metrics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "log.h"
#include "loop.h"

static unsigned long long number_after(const char *text, const char *name) {
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

// Busy time of all CPUs: every column of the first line but idle and iowait.
static unsigned long long busy_ms(const char *stat) {
    unsigned long long ticks = 0;
    char *at = (char *)stat + strcspn(stat, " ");
    for (int column = 0; column < 8; column++) {
        unsigned long long value = strtoull(at, &at, 10);
        if (column != 3 && column != 4) {
            ticks += value;
        }
    }
    long per_second = sysconf(_SC_CLK_TCK);
    return per_second > 0 ? ticks * 1000 / (unsigned long long)per_second : 0;
}

// "0.00 0.01 0.05 2/113 4711": the number after the slash counts all tasks.
static unsigned long long processes(const char *loadavg) {
    const char *slash = strchr(loadavg, '/');
    return slash ? strtoull(slash + 1, NULL, 10) : 0;
}

void metrics_message(struct buf *out) {
    char memory[4096] = "";
    char stat[512] = "";
    char load[128] = "";
    file_read("/proc/meminfo", memory, sizeof memory);
    file_read("/proc/stat", stat, sizeof stat);
    file_read("/proc/loadavg", load, sizeof load);
    buf_format(out,
               "{\"type\":\"metrics\",\"uptime_ms\":%llu,\"memory_total_bytes\":%llu,\"memory_available_bytes\":%llu,"
               "\"cpu_millis\":%llu,\"processes\":%llu,\"log_emitted\":%llu,\"log_dropped\":%llu}",
               (unsigned long long)uptime_ms(), number_after(memory, "MemTotal:") * 1024,
               number_after(memory, "MemAvailable:") * 1024, busy_ms(stat), processes(load),
               (unsigned long long)log_emitted(), (unsigned long long)log_dropped());
}
