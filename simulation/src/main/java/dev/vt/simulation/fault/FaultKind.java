package dev.vt.simulation.fault;

import dev.vt.simulation.fault.Fault.Direction;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** One kind of fault, dealt with random particulars. */
public enum FaultKind {
    KILL_9 {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            return new Fault.Kill9(target, random.nextBoolean());
        }
    },
    PAUSE {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            return new Fault.Pause(target, random.nextBoolean());
        }
    },
    PARTITION {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            return new Fault.Partition(target);
        }
    },
    ONE_WAY {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            return new Fault.OneWay(target, random.nextBoolean() ? Direction.DEAF : Direction.MUTE);
        }
    },
    DISK_FULL {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            return new Fault.DiskFull(target);
        }
    },
    SLOW_SYNC {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            return new Fault.SlowSync(target, Duration.ofMillis(random.nextInt(20, 500)));
        }
    },
    CLOCK_SKEW {
        @Override
        Fault deal(Target target, RandomGenerator random) {
            int minutes = random.nextInt(1, 61);
            return new Fault.ClockSkew(target, Duration.ofMinutes(random.nextBoolean() ? minutes : -minutes));
        }
    };

    abstract Fault deal(Target target, RandomGenerator random);
}
