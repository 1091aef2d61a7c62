// /run/secrets/platform.env: asked from the host on its own stream, written whole or not at all (secrets.md §5).
#ifndef VT_SECRETS_H
#define VT_SECRETS_H

#include <stdbool.h>

#include "config.h"

// Starts, or starts again after the channel was lost; `done` is called once with NULL, or with the detail of
// secrets_injection_failed.
void secrets_fetch(const char *directory, const struct config *config, void (*done)(const char *detail));
// A channel opened: asks again if an answer is outstanding.
void secrets_channel_opened(void);

#endif
