#include "net.h"

#include <ctype.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "files.h"

enum { DEVICE_WAIT_MS = 5000, DEVICE_POLL_MS = 5 };

struct request {
    struct nlmsghdr header;
    char body[256];
};

static void *put(struct request *r, const void *data, size_t length) {
    char *at = (char *)r + NLMSG_ALIGN(r->header.nlmsg_len);
    memcpy(at, data, length);
    r->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->header.nlmsg_len) + length);
    return at;
}

static void put_attribute(struct request *r, unsigned short type, const void *data, size_t length) {
    struct rtattr attribute = {.rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(length)};
    put(r, &attribute, sizeof attribute);
    put(r, data, length);
}

// Sends one request and waits for its acknowledgement; 0 or an errno.
static int ask(struct request *r) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
        return errno;
    }
    r->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    char reply[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
    ssize_t got = -1;
    if (send(fd, r, r->header.nlmsg_len, 0) >= 0) {
        do {
            got = recv(fd, reply, sizeof reply, 0);
        } while (got < 0 && errno == EINTR);
    }
    int error = got < 0 ? errno : EPROTO;
    close(fd);
    struct nlmsghdr *header = (struct nlmsghdr *)reply;
    if (got >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) && header->nlmsg_type == NLMSG_ERROR) {
        error = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
    }
    return error;
}

static struct request request(unsigned short type, unsigned short flags) {
    struct request r = {.header = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = type, .nlmsg_flags = flags}};
    return r;
}

static int set_mac(int index, const char *text) {
    unsigned char mac[6];
    sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]);
    struct request r = request(RTM_NEWLINK, 0);
    struct ifinfomsg link = {.ifi_index = index};
    put(&r, &link, sizeof link);
    put_attribute(&r, IFLA_ADDRESS, mac, sizeof mac);
    return ask(&r);
}

static int link_up(int index, int mtu) {
    struct request r = request(RTM_NEWLINK, 0);
    struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    put(&r, &link, sizeof link);
    if (mtu > 0) {
        uint32_t value = (uint32_t)mtu;
        put_attribute(&r, IFLA_MTU, &value, sizeof value);
    }
    return ask(&r);
}

static int add_address(int index, const struct in6_addr *address) {
    struct request r = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    struct ifaddrmsg message = {
        .ifa_family = AF_INET6, .ifa_prefixlen = 128, .ifa_flags = IFA_F_NODAD, .ifa_index = (unsigned)index};
    put(&r, &message, sizeof message);
    put_attribute(&r, IFA_LOCAL, address, sizeof *address);
    put_attribute(&r, IFA_ADDRESS, address, sizeof *address);
    return ask(&r);
}

static int add_default_route(int index, const struct in6_addr *gateway) {
    struct request r = request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    struct rtmsg message = {.rtm_family = AF_INET6,
                            .rtm_table = RT_TABLE_MAIN,
                            .rtm_protocol = RTPROT_STATIC,
                            .rtm_scope = RT_SCOPE_UNIVERSE,
                            .rtm_type = RTN_UNICAST};
    put(&r, &message, sizeof message);
    put_attribute(&r, RTA_GATEWAY, gateway, sizeof *gateway);
    uint32_t device = (uint32_t)index;
    put_attribute(&r, RTA_OIF, &device, sizeof device);
    return ask(&r);
}

// The address can be used and the gateway is where packets go: no packet is sent.
static int check(const struct config *config) {
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_addr = config->address};
    struct sockaddr_in6 far = {.sin6_family = AF_INET6, .sin6_port = 9, .sin6_addr = {.s6_addr = {0x20, 0x01, 0x0d, 0xb8}}};
    int error = 0;
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0 || connect(fd, (struct sockaddr *)&far, sizeof far) < 0) {
        error = errno;
    }
    close(fd);
    return error;
}

bool net_is_mac(const char *text) {
    for (size_t i = 0; i < MAC_TEXT - 1; i++) {
        bool fits = i % 3 == 2 ? text[i] == ':' : isxdigit((unsigned char)text[i]) != 0;
        if (!fits) {
            return false;
        }
    }
    return text[MAC_TEXT - 1] == '\0';
}

void net_loopback(void) {
    unsigned index = if_nametoindex("lo");
    if (index != 0) {
        link_up((int)index, 0);
    }
}

static const char *failed(const char *step, int error, char *why, size_t why_size) {
    snprintf(why, why_size, "%s: %s", step, strerror(error));
    return step;
}

const char *net_configure(const struct config *config, const char *mac, char *why, size_t why_size) {
    unsigned index = 0;
    for (int waited = 0; (index = if_nametoindex("eth0")) == 0; waited += DEVICE_POLL_MS) {
        if (waited >= DEVICE_WAIT_MS) {
            return failed("link", ENODEV, why, why_size);
        }
        poll(NULL, 0, DEVICE_POLL_MS);  // the driver probes on its own time
    }
    file_write_existing("/proc/sys/net/ipv6/conf/eth0/accept_ra", "0");
    file_write_existing("/proc/sys/net/ipv6/conf/eth0/accept_dad", "0");
    int error = *mac == '\0' ? 0 : set_mac((int)index, mac);
    if (error == 0) {
        error = link_up((int)index, config->mtu);
    }
    if (error != 0) {
        return failed("link", error, why, why_size);
    }
    error = add_address((int)index, &config->address);
    if (error != 0) {
        return failed("address", error, why, why_size);
    }
    error = add_default_route((int)index, &config->gateway);
    if (error != 0) {
        return failed("route", error, why, why_size);
    }
    error = check(config);
    return error != 0 ? failed("check", error, why, why_size) : NULL;
}
