package dev.vt.control.desired;

import dev.vt.control.release.Release;
import dev.vt.manifest.ProcessSpec;

/** A process type that shall run, with everything that decides how. */
public record DesiredProcess(DesiredRelease desired, Release release, ProcessSpec spec) {}
