package dev.vt.control.http;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;

/** Refusals that must read the same everywhere. */
public final class Refusals {
    private Refusals() {}

    /** Unknown, foreign and invisible are one answer (A3). */
    public static ProblemException notFound() {
        return new ProblemException(
                Problem.of(ErrorCode.NOT_FOUND, "there is no such thing, or it is not visible to you"));
    }

    /** It was there once and the caller may know that. */
    public static ProblemException deleted() {
        return new ProblemException(deletedProblem());
    }

    public static Problem deletedProblem() {
        return Problem.of(ErrorCode.RESOURCE_DELETED, "it was deleted");
    }
}
