/**
 * Fixtures shared by the tests of every module: a database per test, an event log that is verified after every test (S19),
 * settable time, counting ids.
 *
 * <pre>
 * &#64;RegisterExtension
 * final TestLog log = TestLog.of(ProjectionSet.core(new EnvProjection()), schemas);
 *
 * &#64;Test
 * void somethingHappens() {
 *     log.append(log.batch().event("env", log.ids().next("env"), "env.created", Json.object().put("name", "x")));
 * }
 * </pre>
 */
@NullMarked
package dev.vt.testkit;

import org.jspecify.annotations.NullMarked;
