/**
 * An embedded PostgreSQL 18: the real server, unpacked from a jar, run as a child process of this one (DECISIONS 4).
 *
 * <pre>
 * home/                     owned by the database's user, 0700
 *   bin-&lt;hash&gt;/              the unpacked distribution, 0755
 *   data/                   the cluster made by initdb; postmaster.pid says whether one runs
 *   password                0600; the only way in is SCRAM over loopback
 *   server.log              what the server said before its own log collector started
 * </pre>
 *
 * The server JVM may die by {@code kill -9} while the database runs on. The next start finds {@code postmaster.pid} and
 * adopts a server that answers, or stops it and starts a new one. PostgreSQL refuses to run as root, so rights are dropped
 * to an unprivileged user.
 */
@NullMarked
package dev.vt.eventlog.postgres;

import org.jspecify.annotations.NullMarked;
