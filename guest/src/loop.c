#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int epoll_fd = -1;
static struct timer *timers;  // sorted by due_ms

uint64_t uptime_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void loop_init(void) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        abort();
    }
}

void watch_for(struct watch *watch, uint32_t events) {
    if (events == watch->events) {
        return;
    }
    struct epoll_event event = {.events = events, .data.ptr = watch};
    int operation = events == 0 ? EPOLL_CTL_DEL : watch->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(epoll_fd, operation, watch->fd, &event) < 0 && operation != EPOLL_CTL_DEL) {
        abort();  // every descriptor watched here is a pipe, socket, terminal or signalfd of our own making
    }
    watch->events = events;
}

void watch_close(struct watch *watch) {
    if (watch->fd >= 0) {
        watch_for(watch, 0);
        close(watch->fd);
        watch->fd = -1;
    }
}

void timer_stop(struct timer *timer) {
    if (!timer->set) {
        return;
    }
    struct timer **link = &timers;
    while (*link != timer) {
        link = &(*link)->next;
    }
    *link = timer->next;
    timer->set = false;
}

void timer_set(struct timer *timer, uint64_t delay_ms) {
    timer_stop(timer);
    timer->due_ms = uptime_ms() + delay_ms;
    timer->set = true;
    struct timer **link = &timers;
    while (*link != NULL && (*link)->due_ms <= timer->due_ms) {
        link = &(*link)->next;
    }
    timer->next = *link;
    *link = timer;
}

void loop_step(int limit_ms) {
    int wait_ms = limit_ms;
    if (timers != NULL) {
        uint64_t now = uptime_ms();
        if (timers->due_ms <= now) {
            struct timer *due = timers;
            timer_stop(due);
            due->fire(due);
            return;
        }
        uint64_t until = timers->due_ms - now;
        if (wait_ms < 0 || until < (uint64_t)wait_ms) {
            wait_ms = until > 3600000 ? 3600000 : (int)until;
        }
    }
    struct epoll_event event;
    int count = epoll_wait(epoll_fd, &event, 1, wait_ms);
    if (count == 1) {
        struct watch *watch = event.data.ptr;
        watch->ready(watch, event.events);
    } else if (count < 0 && errno != EINTR) {
        abort();
    }
}
