#include "forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

enum { CONNECT_TIMEOUT_MS = 5000, TRIES = 3 };

struct forward {
    struct stream *stream;
    struct watch watch;
    struct timer timeout;
    struct config const *config;
    int port;
    int tries;
    bool connected;
    bool readable;
    bool read_ended;
    bool write_ended;  // the host's FIN has come
    bool was_refused;
    char address[INET6_ADDRSTRLEN];
    struct buf output;  // from the host, at most its credit
};

static void forward_free(struct forward *f) {
    timer_stop(&f->timeout);
    watch_close(&f->watch);
    buf_free(&f->output);
    free(f);
}

static void forward_refuse(struct forward *f, const char *code) {
    struct stream *s = f->stream;
    forward_free(f);
    stream_refuse(s, code);
}

static void rewatch(struct forward *f) {
    uint32_t events = 0;
    if (!f->readable && !f->read_ended) {
        events |= EPOLLIN;
    }
    if (buf_length(&f->output) > 0) {
        events |= EPOLLOUT;
    }
    watch_for(&f->watch, events);
}

static void write_output(struct forward *f) {
    size_t total = 0;
    while (buf_length(&f->output) > 0) {
        ssize_t written = send(f->watch.fd, buf_head(&f->output), buf_length(&f->output), MSG_NOSIGNAL);
        if (written > 0) {
            buf_consume(&f->output, (size_t)written);
            total += (size_t)written;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            forward_refuse(f, "reset");
            return;
        }
    }
    if (total > 0) {
        stream_consumed(f->stream, total);
    }
    if (buf_length(&f->output) == 0 && f->write_ended) {
        shutdown(f->watch.fd, SHUT_WR);
    }
    rewatch(f);
}

static size_t on_produce(struct stream *s, uint8_t *slice, size_t room) {
    struct forward *f = s->owner;
    ssize_t got;
    do {
        got = recv(f->watch.fd, slice, room, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        return (size_t)got;
    }
    f->readable = false;
    if (got < 0 && errno == EAGAIN) {
        rewatch(f);
    } else if (got < 0) {
        forward_refuse(f, "reset");
    } else {
        f->read_ended = true;
        if (f->write_ended && buf_length(&f->output) == 0) {
            forward_free(f);
            stream_finish(s);
        } else {
            stream_end(s);
            rewatch(f);
        }
    }
    return 0;
}

static void on_data(struct stream *s, const uint8_t *bytes, size_t length) {
    struct forward *f = s->owner;
    buf_append(&f->output, bytes, length);
    write_output(f);
}

static void on_ended(struct stream *s) {
    struct forward *f = s->owner;
    f->write_ended = true;
    if (f->read_ended && buf_length(&f->output) == 0) {
        shutdown(f->watch.fd, SHUT_WR);
        forward_free(f);
        stream_finish(s);
    } else {
        write_output(f);
    }
}

static void on_closed(struct stream *s, const char *code) {
    (void)code;
    forward_free(s->owner);
}

static const struct stream_handler handler = {
    .produce = on_produce, .data = on_data, .ended = on_ended, .closed = on_closed};

static void connect_next(struct forward *f);

static void on_ready(struct watch *watch, uint32_t events) {
    struct forward *f = (struct forward *)((char *)watch - offsetof(struct forward, watch));
    if (!f->connected) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            f->was_refused |= error == ECONNREFUSED;
            watch_close(watch);
            connect_next(f);
            return;
        }
        timer_stop(&f->timeout);
        f->connected = true;
        char params[96];
        snprintf(params, sizeof params, "{\"address\":\"%s\"}", f->address);
        stream_accept(f->stream, &handler, f, params);
        rewatch(f);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        f->readable = true;
    }
    if (buf_length(&f->output) > 0 && (events & EPOLLOUT)) {
        write_output(f);  // may free f, but then readable data is lost with the connection
        return;
    }
    rewatch(f);
    if (f->readable) {
        stream_ready(f->stream);
    }
}

static bool address_of(struct forward *f, int try, struct sockaddr_storage *address, socklen_t *size) {
    *address = (struct sockaddr_storage){0};
    if (try < 2) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
        *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)f->port)};
        six->sin6_addr = try == 0 ? f->config->address : in6addr_loopback;
        *size = sizeof *six;
        inet_ntop(AF_INET6, &six->sin6_addr, f->address, sizeof f->address);
        return try == 1 || f->config->has_network;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)address;
    *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *size = sizeof *four;
    snprintf(f->address, sizeof f->address, "127.0.0.1");
    return true;
}

static void connect_next(struct forward *f) {
    while (f->tries < TRIES) {
        struct sockaddr_storage address;
        socklen_t size;
        if (!address_of(f, f->tries++, &address, &size)) {
            continue;
        }
        int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            continue;
        }
        f->watch.fd = fd;
        if (connect(fd, (struct sockaddr *)&address, size) == 0 || errno == EINPROGRESS) {
            watch_for(&f->watch, EPOLLOUT);
            return;
        }
        f->was_refused |= errno == ECONNREFUSED;
        watch_close(&f->watch);
    }
    forward_refuse(f, f->was_refused ? "refused" : "unreachable");
}

static void on_timeout(struct timer *timer) {
    forward_refuse((struct forward *)((char *)timer - offsetof(struct forward, timeout)), "timeout");
}

// While connecting, the host may give up.
static void on_offer_closed(struct stream *s, const char *code) {
    (void)code;
    forward_free(s->owner);
}

void forward_offered(struct stream *stream, const struct json *params, const struct config *config) {
    static const struct stream_handler offered = {.closed = on_offer_closed};
    int64_t port;
    if (!json_integer(json_member(params, "port"), 1, 65535, &port)) {
        stream_refuse(stream, "port_invalid");
        return;
    }
    struct forward *f = vt_alloc(sizeof *f);
    *f = (struct forward){.stream = stream,
                          .watch = {.fd = -1, .ready = on_ready},
                          .timeout = {.fire = on_timeout},
                          .config = config,
                          .port = (int)port};
    stream->handler = &offered;
    stream->owner = f;
    timer_set(&f->timeout, CONNECT_TIMEOUT_MS);
    connect_next(f);
}

// ---- init's log

static size_t file_produce(struct stream *s, uint8_t *slice, size_t room) {
    int *fd = s->owner;
    ssize_t got = read(*fd, slice, room);
    if (got > 0) {
        return (size_t)got;
    }
    close(*fd);
    free(fd);
    stream_finish(s);
    return 0;
}

static void file_data(struct stream *s, const uint8_t *bytes, size_t length) {
    (void)bytes;
    stream_consumed(s, length);
}

static void file_closed(struct stream *s, const char *code) {
    (void)code;
    int *fd = s->owner;
    close(*fd);
    free(fd);
}

void file_offered(struct stream *stream, const char *path) {
    static const struct stream_handler file_handler = {
        .produce = file_produce, .data = file_data, .closed = file_closed};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        stream_refuse(stream, "not_found");
        return;
    }
    int *owner = vt_alloc(sizeof *owner);
    *owner = fd;
    stream_accept(stream, &file_handler, owner, "{}");
    stream_ready(stream);
}
