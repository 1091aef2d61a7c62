/** What a server says about itself without a token: health, readiness, versions, capabilities, contracts. */
@NullMarked
package dev.vt.control.service;

import org.jspecify.annotations.NullMarked;
