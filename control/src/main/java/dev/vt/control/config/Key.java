package dev.vt.control.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a component of {@link ClusterConfig} a key of the document. Its name is the component's in snake case and its unit:
 * {@code suspectAfter} in seconds is {@code suspect_after_seconds}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
    /** Of a {@code Duration}. */
    enum Unit {
        NONE(0, ""),
        MS(1, "_ms"),
        SECONDS(1000, "_seconds"),
        MINUTES(60_000, "_minutes"),
        HOURS(3_600_000, "_hours"),
        DAYS(86_400_000, "_days");

        private final long millis;
        private final String suffix;

        Unit(long millis, String suffix) {
            this.millis = millis;
            this.suffix = suffix;
        }

        long millis() {
            return millis;
        }

        String suffix() {
            return suffix;
        }
    }

    /** The default of a number in the key's unit, or 1 for true. */
    long value() default 0;

    long min() default 0;

    long max() default Long.MAX_VALUE;

    Unit unit() default Unit.NONE;

    /** The default of a word, or of a list of words. */
    String[] words() default {};

    /** The words there are. */
    String[] oneOf() default {};

    /** Takes effect when a server starts, not at once. */
    boolean restart() default false;

    /** Nothing reads it yet; names what will. Empty: somebody does, and a test finds out who. */
    String awaits() default "";
}
