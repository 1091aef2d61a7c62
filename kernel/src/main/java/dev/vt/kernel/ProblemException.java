package dev.vt.kernel;

/**
 * Carries a {@link Problem} through code that cannot return it, up to the boundary that renders it. Deciders and planners
 * return refusals as values and never throw this.
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.code().code() + ": " + problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
