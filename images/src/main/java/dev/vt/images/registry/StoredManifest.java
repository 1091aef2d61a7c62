package dev.vt.images.registry;

import dev.vt.images.OciDigest;

/** A manifest or index as it was pushed, byte for byte. */
record StoredManifest(OciDigest digest, String mediaType, byte[] content) {}
