/**
 * The first run of a cluster (A22): whoever can read the data directory makes the first operator.
 *
 * <pre>
 * server start, no user yet ──► code file 0600 ──► POST /v1/bootstrap {code, email, org_name} ──► user, org, owner, token
 *                                                                                                in one batch
 * </pre>
 *
 * <p>The batch claims {@code cluster/bootstrap}, so it happens once whatever races. The code lives for an hour and dies with
 * the server, with five wrong tries, or with success.
 */
@NullMarked
package dev.vt.control.bootstrap;

import org.jspecify.annotations.NullMarked;
