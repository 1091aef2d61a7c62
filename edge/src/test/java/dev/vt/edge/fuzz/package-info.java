/**
 * Hostile bytes for everything that reads them before a connection is trusted. Runs briefly with the tests and longer with
 * {@code ./dev fuzz}. Seeds are in the resources' {@code fuzz}, one file each, in hexadecimal; what fails is printed so that it
 * can become one.
 */
@NullMarked
package dev.vt.edge.fuzz;

import org.jspecify.annotations.NullMarked;
