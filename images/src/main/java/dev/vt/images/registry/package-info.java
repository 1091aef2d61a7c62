/**
 * The registry that every server carries, so that nobody needs another one: the OCI distribution protocol, version 2,
 * below {@code /v2/}.
 *
 * <pre>
 * RegistryService ──► RegistryCatalog   which manifests and tags there are: the truth, the same at every server
 *        │       └──► RegistryLeader    where that truth is changed
 *        ├──► RegistryStore             bytes by digest, on this server's disk
 *        └──► BlobPeers                 the same bytes at other servers
 * </pre>
 *
 * <p>A manifest is in the catalogue only once its bytes and those of its blobs are on disk at a majority of servers. A server that
 * lacks what it is asked for gets it from one that has it. Uploads belong to the server that they began at.
 *
 * <p>Blobs are shared between repositories on disk but not between callers: a blob is visible in a repository only if a manifest
 * there names it, or after it was uploaded to it, or mounted from one that the caller may read.
 */
@NullMarked
package dev.vt.images.registry;

import org.jspecify.annotations.NullMarked;
