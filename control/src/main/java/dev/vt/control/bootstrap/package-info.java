/**
 * The first run of a cluster (A22): whoever can read the data directory makes the first operator.
 *
 * <pre>
 * server start, no user yet ──► code file 0600 ──► POST /v1/bootstrap {code, email, org_name} ──► user, org, owner, token
 *                                                                                                in one batch
 * </pre>
 *
 * <p>An operator who lost access gets in by the same door: {@code vt server recover-operator} on the leader's data directory
 * writes another code, and while it is good the endpoint takes it for a user that there is. Its
 * making is audited by the server that finds it, its use is, allowed or not.
 *
 * <p>The batch claims {@code cluster/bootstrap}, so it happens once whatever races. The code lives for an hour and dies with
 * the server, with five wrong tries, or with success.
 */
@NullMarked
package dev.vt.control.bootstrap;

import org.jspecify.annotations.NullMarked;
