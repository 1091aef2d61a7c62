package dev.vt.runtime.channel;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a guest's init needs to boot one workload (runtime.md §7). Init validates it whole and refuses unknown keys
 * ({@code config_invalid}); it never holds a secret. At most 1 MiB as JSON.
 *
 * @param version always {@link #VERSION}
 * @param instanceId must equal {@code vt.id} of the kernel command line
 * @param hostname at most 63 characters of {@code a-z 0-9 -}
 * @param process the workload
 * @param prestart commands that run to their end before the workload, in order, as its user; at most 2
 * @param network absent: loopback only
 * @param secrets whether init must fetch {@code /run/secrets/platform.env} before it goes on
 * @param scratch where writes to the root file system go
 * @param volumes attached disks, at most 8
 * @param stopSignal sent to the workload on stop: {@code TERM INT HUP QUIT USR1 USR2} or {@code KILL}
 * @param stopGraceMs between that signal and the kill, unless the stop message says otherwise; 0 to 3 600 000
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GuestConfig(
        int version,
        String instanceId,
        String hostname,
        Process process,
        List<Prestart> prestart,
        @Nullable Network network,
        boolean secrets,
        Scratch scratch,
        List<Volume> volumes,
        String stopSignal,
        int stopGraceMs) {
    /** The only version there is. */
    public static final int VERSION = 1;

    public GuestConfig {
        prestart = List.copyOf(prestart);
        volumes = List.copyOf(volumes);
    }

    /**
     * What to run. Names are resolved by the host: init knows numbers only.
     *
     * @param argv at least one; a first element without a slash is looked up in {@code PATH} of {@code vars}
     * @param workdir absolute; made if it does not exist
     * @param vars the whole environment; nothing is inherited
     * @param uid 0 to 2³²−2
     * @param gid primary group
     * @param groups supplementary groups, at most 64
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Process(
            List<String> argv, String workdir, Map<String, String> vars, long uid, long gid, List<Long> groups) {
        public Process {
            argv = List.copyOf(argv);
            vars = Map.copyOf(vars);
            groups = List.copyOf(groups);
        }
    }

    /** @param timeoutS 1 to 3600; then the command is killed and the boot fails with {@code prestart_failed} */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Prestart(List<String> argv, int timeoutS) {
        public Prestart {
            argv = List.copyOf(argv);
        }
    }

    /**
     * {@code eth0} (network.md §7).
     *
     * @param address IPv6, without prefix length; assigned as /128
     * @param gateway IPv6, link-local
     * @param mtu 1280 to 9000
     * @param dns IPv6 resolvers, at most 3
     * @param search domains for {@code /etc/resolv.conf}, at most 6
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Network(String address, String gateway, int mtu, List<String> dns, List<String> search) {
        public Network {
            dns = List.copyOf(dns);
            search = List.copyOf(search);
        }
    }

    /** Where writes to the root file system go: {@code vdb} as ext4, or memory. */
    public enum Scratch {
        @com.fasterxml.jackson.annotation.JsonProperty("disk")
        DISK,
        @com.fasterxml.jackson.annotation.JsonProperty("memory")
        MEMORY
    }

    /**
     * One attached disk; {@code vdc} is the first. Init checks the UUID, not the order (RT19).
     *
     * @param path absolute mount point; never at, under or above {@code /proc /sys /dev /run/secrets /run/vt} (RT20)
     * @param fsUuid of the ext4 superblock, lower case with dashes
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Volume(String path, String fsUuid, boolean readOnly) {}
}
