package dev.vt.runtime.channel;

/**
 * How init introduces itself after each SYNC.
 *
 * @param protocolMin lowest frame protocol it speaks
 * @param protocolMax highest
 * @param initVersion for people
 * @param instanceId {@code vt.id} of its kernel command line
 * @param bootId {@code vt.boot} of its kernel command line
 * @param configured whether it already accepted a config this boot: then none may be sent again
 * @param template whether it waits for an identity: it is a template, or was restored from one
 * @param uptimeMs since the guest's kernel started
 */
public record GuestHello(
        int protocolMin,
        int protocolMax,
        String initVersion,
        String instanceId,
        String bootId,
        boolean configured,
        boolean template,
        long uptimeMs) {}
