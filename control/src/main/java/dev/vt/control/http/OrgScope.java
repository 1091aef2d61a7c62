package dev.vt.control.http;

/**
 * An org the caller was found to belong to. Every tenant query takes one (security.md §3), so that it cannot be forgotten;
 * only {@link Call#org} and the control plane's own reconcilers make them.
 */
public record OrgScope(String orgId) {}
