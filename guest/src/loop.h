// The one event loop of the one thread: descriptors (epoll), timers, and nothing else. Handlers are called one at a time, one
// event per wait, so a handler may remove or free any watch or timer.
#ifndef VT_LOOP_H
#define VT_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct watch {
    int fd;
    uint32_t events;  // 0 while not watched
    void (*ready)(struct watch *watch, uint32_t events);
};

struct timer {
    uint64_t due_ms;
    bool set;
    void (*fire)(struct timer *timer);
    struct timer *next;
};

void loop_init(void);
// Watches for `events`, or changes what is watched for; 0 stops. The descriptor stays open.
void watch_for(struct watch *watch, uint32_t events);
// Stops watching and closes the descriptor, if there is one.
void watch_close(struct watch *watch);
void timer_set(struct timer *timer, uint64_t delay_ms);
void timer_stop(struct timer *timer);
// Handles one event or due timer; waits for one at most `limit_ms` (-1: no limit).
void loop_step(int limit_ms);

// CLOCK_BOOTTIME: since the guest's kernel started, pauses included.
uint64_t uptime_ms(void);

#endif
