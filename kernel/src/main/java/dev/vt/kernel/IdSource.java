package dev.vt.kernel;

/** Makes identifiers of the form {@code <prefix>_<26 characters>} (state.md §2); tests hand in a counting one. */
@FunctionalInterface
public interface IdSource {
    /** @param prefix the kind, for example {@code env} */
    String next(String prefix);
}
