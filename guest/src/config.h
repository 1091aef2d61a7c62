// The config document of one boot (dev.vt.runtime.channel.GuestConfig): parsed and checked whole before anything is done.
#ifndef VT_CONFIG_H
#define VT_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "json.h"

enum { CONFIG_GROUPS = 64, CONFIG_PRESTART = 2, CONFIG_VOLUMES = 8, CONFIG_DNS = 3, CONFIG_SEARCH = 6 };

struct config_prestart {
    char **argv;
    int timeout_s;
};

struct config_volume {
    char *path;
    unsigned char uuid[16];
    bool read_only;
};

struct config {
    char *instance_id;
    char *hostname;
    char **argv;
    char **envp;  // "KEY=value"
    char *workdir;
    uid_t uid;
    gid_t gid;
    gid_t groups[CONFIG_GROUPS];
    size_t group_count;
    struct config_prestart prestart[CONFIG_PRESTART];
    size_t prestart_count;
    bool has_network;
    struct in6_addr address;
    struct in6_addr gateway;
    int mtu;
    struct in6_addr dns[CONFIG_DNS];
    size_t dns_count;
    char *search[CONFIG_SEARCH];
    size_t search_count;
    bool secrets;
    bool scratch_on_disk;
    struct config_volume volumes[CONFIG_VOLUMES];
    size_t volume_count;
    int stop_signal;
    int stop_grace_ms;
};

// On false, `error` names the offending key and what is wrong with it, never its value. The config lives as long as init, so
// nothing of it is ever freed but by config_free, for tests.
bool config_read(struct config *config, const struct json *document, char *error, size_t error_size);
void config_free(struct config *config);

// "TERM" → SIGTERM; 0 for a name that may not be sent to a workload.
int signal_number(const char *name);
const char *signal_name(int number);

// A NULL-terminated array of the strings of a JSON array; NULL if something else is in it or its size is out of bounds.
char **strings_copy(const struct json *array, size_t least, size_t most);
void strings_free(char **strings);
// Adds or replaces the members of `vars` in an environment; false if a name is not one or a value no string. Frees nothing.
bool environment_merge(char ***envp, const struct json *vars);

#endif
