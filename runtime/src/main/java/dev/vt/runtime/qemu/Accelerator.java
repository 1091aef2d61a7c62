package dev.vt.runtime.qemu;

import java.time.Duration;

/** How guest instructions run. */
enum Accelerator {
    KVM("kvm", "kvm", Duration.ofSeconds(10)),
    /** The translation cache is bounded: its default grows to an eighth of the host's memory. */
    TCG("tcg", "tcg,tb-size=64", Duration.ofSeconds(60));

    private final String word;
    private final String option;
    private final Duration helloDeadline;

    Accelerator(String word, String option, Duration helloDeadline) {
        this.word = word;
        this.option = option;
        this.helloDeadline = helloDeadline;
    }

    /** As published in {@link dev.vt.runtime.DriverFacts#accelerator()}. */
    String word() {
        return word;
    }

    /** Argument of {@code -accel}. */
    String option() {
        return option;
    }

    /** Argument of {@code -cpu}. */
    String cpu() {
        return this == KVM ? "host" : "max";
    }

    /** How long a boot may take until the guest says HELLO (RT13, RT21). */
    Duration helloDeadline() {
        return helloDeadline;
    }
}
