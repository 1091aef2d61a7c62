package dev.vt.agent.instance;

import dev.vt.agent.actor.Mailbox;
import dev.vt.agent.instance.Outcome.PlatformFailure;
import dev.vt.agent.log.LogOrigin;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.runtime.DriverFacts;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmState;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.GuestEvents;
import dev.vt.runtime.channel.GuestMetrics;
import dev.vt.runtime.channel.GuestStatus;
import dev.vt.runtime.channel.LogRecord;
import dev.vt.runtime.channel.SecretsUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one instance, on its own virtual thread: {@link #advance} looks at what is wanted and what is, and does the next
 * thing, until nothing is left to do before a message or a deadline.
 */
final class InstanceActor {
    private static final Logger log = LoggerFactory.getLogger(InstanceActor.class);
    private static final Duration NO_HEALTH_READY_AFTER = Duration.ofSeconds(2);
    /** Edges learn within this time that an instance drains (scheduler.md §4). */
    private static final Duration EDGES_NOTICE = Duration.ofSeconds(2);

    private static final Duration STOP_MARGIN = Duration.ofSeconds(2);
    private static final Duration LAST_STATUS = Duration.ofSeconds(1);
    private static final Duration LET_GO = Duration.ofSeconds(5);
    private static final Duration FIRST_REOPEN = Duration.ofMillis(200);
    private static final Duration LONGEST_REOPEN = Duration.ofSeconds(30);

    /** What others tell an instance. */
    sealed interface Message {
        record Desire(Assignment assignment, boolean named) implements Message {}

        record Marked(BootJob job, String mark, long atMs) implements Message {}

        record Booted(BootJob job, GuestChannel channel) implements Message {}

        record JobFailed(BootJob job, Outcome outcome) implements Message {}

        record Guest(String bootId, GuestStatus status) implements Message {}

        record ChannelLost(BootJob job) implements Message {}

        record VmExited(String bootId) implements Message {}

        record Probed(String bootId, Optional<String> failure) implements Message {}

        record Acknowledged(ReportedStatus status) implements Message {}
    }

    private final NodeServices node;
    private final Mailbox<Message> mailbox;
    private final AtomicReference<InstanceRecord> record;
    private final AtomicReference<@Nullable GuestChannel> channel = new AtomicReference<>();
    private final AtomicReference<@Nullable GuestMetrics> metrics = new AtomicReference<>();

    /** The full boot under way; while there is one, nobody else touches the VM. */
    private @Nullable BootJob job;
    /** Reopens the channel of a running guest; holds nothing up. */
    private @Nullable BootJob reopening;

    private @Nullable BootJob channelOwner;
    private Instant reopenAt = Instant.MAX;
    private Duration reopenDelay = FIRST_REOPEN;
    private Instant startedBy = Instant.MAX;
    private boolean stopSent;
    private @Nullable Instant vmExitedAt;
    private @Nullable HealthTracker health;
    private Instant nextProbe = Instant.MAX;
    private boolean probing;
    private volatile boolean finished;

    InstanceActor(NodeServices node, InstanceRecord initial) {
        this.node = node;
        this.mailbox = new Mailbox<>(16, node.timeline());
        this.record = new AtomicReference<>(initial);
    }

    /** The newest desire replaces older ones, never waits (runtime.md §1). */
    void desire(Assignment assignment, boolean named) {
        mailbox.replace(
                m -> m instanceof Message.Desire old && old.assignment().generation() <= assignment.generation(),
                new Message.Desire(assignment, named));
    }

    /** A snapshot for others to look at. */
    InstanceRecord record() {
        return Objects.requireNonNull(record.get());
    }

    /** The guest's channel, if it is open; exec sessions are its owner's guests. */
    Optional<GuestChannel> channel() {
        return Optional.ofNullable(channel.get()).filter(GuestChannel::isOpen);
    }

    Optional<GuestMetrics> metrics() {
        return Optional.ofNullable(metrics.get());
    }

    /** Whether the plan and the servers are done with it, and its file is gone. */
    boolean isForgotten() {
        return finished;
    }

    /** Lets go: the VM stays as it is (RT2). */
    void close() {
        mailbox.close();
    }

    /** The actor failed too often (RT1): the instance fails; its VM is left as it is. */
    void giveUp() {
        save(current()
                .withHistory(current()
                        .history()
                        .ended(new PlatformFailure("driver_start_failed", "agent_internal"))
                        .withNoAttempt())
                .withPhase(Phase.FAILED));
    }

    void run() throws InterruptedException {
        try {
            resume();
            while (!finished) {
                while (advance()) {
                    // Each step may make another one possible.
                }
                if (finished) {
                    return;
                }
                Optional<Message> message = mailbox.take(deadline());
                if (message.isPresent()) {
                    handle(message.get());
                } else if (mailbox.isFinished()) {
                    return;
                }
            }
        } finally {
            letGo();
        }
    }

    private InstanceRecord current() {
        return record();
    }

    private WorkloadSpec spec() {
        return Objects.requireNonNull(current().desired().workload(), "an instance without a workload never gets here");
    }

    private String id() {
        return current().id();
    }

    private Instant now() {
        return node.timeline().instant();
    }

    /** The table of RT10. */
    private void resume() {
        vmExitedAt = null;
        job = null;
        reopening = null;
        InstanceRecord known = current();
        ReportedStatus unacknowledged = known.reported();
        if (unacknowledged != null && !known.acknowledged()) {
            send(known, unacknowledged);
        }
        VmState vm = node.driver().state(id());
        boolean present = vm.phase() != VmState.Phase.ABSENT;
        if (!known.phase().hasVm()) {
            if (vm.phase() == VmState.Phase.RUNNING && known.boot() == null && known.wantsToRun()) {
                // The plan names it and its file is lost: what runs is what is wanted, for workloads never change (K2).
                Boot running = Boot.begun(vm.bootId(), 1, node.hostBootId(), now().toEpochMilli());
                save(known.withBoot(running).withPhase(Phase.BOOTING));
                adopt(running);
            } else if (present) {
                log.warn("vm without a boot is removed instance={} phase={}", id(), known.phase());
                cleanUp();
            }
            return;
        }
        Boot boot = known.requireBoot();
        boolean same = present && vm.bootId().equals(boot.bootId());
        if (same && vm.phase() == VmState.Phase.RUNNING) {
            adopt(boot);
            return;
        }
        log.info("vm of instance is gone instance={} boot={} phase={}", id(), boot.bootId(), known.phase());
        boolean rebooted = !boot.hostBootId().equals(node.hostBootId());
        if (rebooted && !known.phase().isEnding()) {
            cleanUp();
            save(known.withPhase(Phase.ALLOCATED));
        } else {
            endBoot();
        }
    }

    /** Takes over a VM that runs; its channel is reopened first of all. */
    private void adopt(Boot boot) {
        log.info(
                "instance adopted instance={} boot={} phase={}",
                id(),
                boot.bootId(),
                current().phase());
        // Before any line of its log is taken: lines are redacted by what the instance uses (LG16).
        WorkloadSpec.Secrets secrets = spec().secrets();
        if (secrets != null && secrets.versionId() != null) {
            node.secrets().adopted(id(), secrets.versionId());
        }
        node.memory()
                .takeAnyway(
                        id(),
                        spec().resources().memoryBytes()
                                + node.driver().selfTest().overheadBytes());
        watch(boot.bootId());
        reopenAt = now();
        startedBy = now().plus(startDeadline());
        if (current().phase().isRunning()) {
            beginHealth();
        }
    }

    /** Does the next thing; false if there is none now. */
    private boolean advance() {
        BootJob running = job;
        if (running != null) {
            if (!current().wantsToRun() && !running.isCancelled()) {
                running.cancel();
            }
            return false;
        }
        Instant now = now();
        Instant exitedAt = vmExitedAt;
        if (exitedAt != null
                && current().phase().hasVm()
                && (channel.get() == null || !now.isBefore(exitedAt.plus(LAST_STATUS)))) {
            endBoot();
            return true;
        }
        return switch (current().phase()) {
            case ALLOCATED, PREPARING -> current().wantsToRun() ? beginBoot() : endUnbooted();
            case BACKOFF, FAILED -> advanceWaiting(now);
            case BOOTING -> advanceBooting(now);
            case STARTING, READY, UNREADY -> advanceRunning(now);
            case DRAINING -> advanceDraining(now);
            case STOPPING -> advanceStopping(now);
            case STOPPED -> advanceStopped();
        };
    }

    private boolean advanceWaiting(Instant now) {
        if (!current().wantsToRun()) {
            return endUnbooted();
        }
        boolean due =
                current().history().nextAttempt().map(at -> !now.isBefore(at)).orElse(false);
        return due && beginBoot();
    }

    private boolean advanceBooting(Instant now) {
        if (!current().wantsToRun()) {
            node.driver().kill(id());
            endBoot();
            return true;
        }
        if (!now.isBefore(startedBy)) {
            log.warn(
                    "guest did not start in time instance={} boot={}",
                    id(),
                    current().requireBoot().bootId());
            save(current()
                    .withBoot(current()
                            .requireBoot()
                            .withOutcome(new PlatformFailure("driver_start_failed", "boot_timeout"))));
            node.driver().kill(id());
            endBoot();
            return true;
        }
        reopenIfDue(now);
        return false;
    }

    private boolean advanceRunning(Instant now) {
        InstanceRecord known = current();
        Boot boot = known.requireBoot();
        if (!known.wantsToRun()) {
            boolean atOnce = known.named() && known.desired().desiredState() == DesiredState.STOPPED;
            Instant stopAt = atOnce ? now : now.plus(EDGES_NOTICE);
            save(known.withBoot(boot.stopping(stopAt.toEpochMilli(), false)).withPhase(Phase.DRAINING));
            return true;
        }
        reopenIfDue(now);
        WorkloadSpec.Health check = spec().health();
        if (check == null) {
            Long started = boot.startedMs();
            if (known.phase() == Phase.STARTING
                    && started != null
                    && now.toEpochMilli() >= started + NO_HEALTH_READY_AFTER.toMillis()) {
                becomeReady(now);
                return true;
            }
            return false;
        }
        HealthTracker tracker = health;
        if (tracker != null && tracker.isHopeless(check, now)) {
            log.warn("instance stays unhealthy, restarting it instance={} boot={}", id(), boot.bootId());
            save(known.withBoot(boot.withOutcome(new PlatformFailure("healthcheck_failed", tracker.detail()))
                            .stopping(now.toEpochMilli(), true))
                    .withHistory(known.history().withReason("healthcheck_failed", tracker.detail()))
                    .withPhase(Phase.STOPPING));
            return true;
        }
        if (!probing && !now.isBefore(nextProbe)) {
            probe(boot.bootId(), check);
        }
        return false;
    }

    private boolean advanceDraining(Instant now) {
        Boot boot = current().requireBoot();
        Long stopMs = boot.stopMs();
        if (stopMs == null || now.toEpochMilli() >= stopMs) {
            save(current()
                    .withBoot(boot.stopping(now.toEpochMilli(), boot.restart()))
                    .withPhase(Phase.STOPPING));
            return true;
        }
        reopenIfDue(now);
        return false;
    }

    private boolean advanceStopping(Instant now) {
        if (!now.isBefore(stopDeadline())) {
            log.warn("guest did not stop in time, killing it instance={}", id());
            node.driver().kill(id());
            endBoot();
            return true;
        }
        GuestChannel open = channel.get();
        if (open != null && !stopSent) {
            stopSent = true;
            try {
                open.stop(stopGrace());
            } catch (ChannelException e) {
                log.warn("stop could not be sent instance={}", id(), e);
            }
        }
        reopenIfDue(now);
        return false;
    }

    private boolean advanceStopped() {
        if (current().wantsToRun()) {
            // A stopped instance is final (scheduler K2), except one the agent stopped for a shutdown of the machine.
            return false;
        }
        if (!current().named() && current().acknowledged()) {
            log.info("instance forgotten instance={}", id());
            node.store().delete(id());
            finished = true;
        }
        return false;
    }

    private boolean beginBoot() {
        cleanUpLeftovers();
        InstanceRecord known = current();
        Boot last = known.boot();
        int number = last == null ? 1 : last.number() + 1;
        Boot boot = Boot.begun(node.ids().next("boot"), number, node.hostBootId(), now().toEpochMilli());
        History history = last == null ? known.history() : known.history().restarted();
        vmExitedAt = null;
        stopSent = false;
        health = null;
        save(known.withBoot(boot).withHistory(history).withPhase(Phase.PREPARING));
        BootJob next = new BootJob(node, spec(), boot.bootId(), false, new JobListener());
        job = next;
        next.start();
        return true;
    }

    private void cleanUpLeftovers() {
        if (node.driver().state(id()).phase() != VmState.Phase.ABSENT) {
            cleanUp();
        }
    }

    private boolean endUnbooted() {
        cleanUp();
        save(current().withHistory(current().history().withNoAttempt()).withPhase(Phase.STOPPED));
        return true;
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Desire desire -> onDesire(desire);
            case Message.Marked marked -> onMarked(marked);
            case Message.Booted booted -> onBooted(booted);
            case Message.JobFailed failed -> onJobFailed(failed);
            case Message.Guest guest -> onGuest(guest);
            case Message.ChannelLost lost -> onChannelLost(lost);
            case Message.VmExited exited -> {
                Boot boot = current().boot();
                if (boot != null && boot.bootId().equals(exited.bootId()) && vmExitedAt == null) {
                    vmExitedAt = now();
                }
            }
            case Message.Probed probed -> onProbed(probed);
            case Message.Acknowledged acknowledged -> {
                if (acknowledged.status().equals(current().reported())) {
                    save(current().withAcknowledged());
                }
            }
        }
    }

    private void onDesire(Message.Desire desire) {
        InstanceRecord known = current();
        Assignment wanted = desire.assignment();
        if (wanted.generation() < known.desired().generation()) {
            return;
        }
        boolean changed = wanted.generation() > known.desired().generation() || desire.named() != known.named();
        if (known.phase() == Phase.BACKOFF && known.history().detail().equals("servers_unreachable")) {
            // A plan came, so a server is there: what waited for one goes on now.
            known = known.withHistory(known.history().withNextAttempt(now()));
            save(known);
        }
        if (!changed && wanted.equals(known.desired())) {
            return;
        }
        InstanceRecord next = known.withDesired(wanted, desire.named());
        if (wanted.generation() > known.desired().generation()
                && (known.phase() == Phase.FAILED || known.phase() == Phase.BACKOFF)) {
            next = next.withHistory(next.history().rearmed()).withPhase(Phase.ALLOCATED);
        }
        save(next);
    }

    private void onMarked(Message.Marked marked) {
        if (marked.job() != job) {
            return;
        }
        InstanceRecord known = current();
        InstanceRecord next = known.withBoot(known.requireBoot().marked(marked.mark(), marked.atMs()));
        if (marked.mark().equals("devices")) {
            save(next.withPhase(Phase.BOOTING));
        } else {
            record.set(next);
        }
    }

    private void onBooted(Message.Booted booted) {
        if (booted.job() == job) {
            job = null;
            startedBy = now().plus(startDeadline());
            watch(booted.job().bootId());
        } else if (booted.job() == reopening) {
            reopening = null;
            reopenDelay = FIRST_REOPEN;
            log.info("channel reopened instance={} boot={}", id(), booted.job().bootId());
        } else {
            booted.channel().close();
            return;
        }
        channelOwner = booted.job();
        channel.set(booted.channel());
        stopSent = false;
        if (booted.job().isChannelLost()) {
            onChannelLost(new Message.ChannelLost(booted.job()));
        }
    }

    private void onJobFailed(Message.JobFailed failed) {
        if (failed.job() == reopening) {
            reopening = null;
            reopenDelay = min(reopenDelay.multipliedBy(2), LONGEST_REOPEN);
            reopenAt = now().plus(reopenDelay);
            return;
        }
        if (failed.job() != job) {
            return;
        }
        job = null;
        if (current().phase() == Phase.PREPARING || current().phase() == Phase.BOOTING) {
            Boot boot = current().requireBoot();
            if (boot.outcome() == null && !failed.job().isCancelled()) {
                record.set(current().withBoot(boot.withOutcome(failed.outcome())));
            }
            endBoot();
        }
    }

    private void onGuest(Message.Guest guest) {
        InstanceRecord known = current();
        Boot boot = known.boot();
        if (boot == null
                || !boot.bootId().equals(guest.bootId())
                || !known.phase().hasVm()) {
            return;
        }
        switch (guest.status()) {
            case GuestStatus.ConfigApplied() -> {}
            case GuestStatus.Started(Map<String, Long> marks) -> onStarted(known, boot, marks);
            case GuestStatus.Exited(int code, Optional<Integer> signal, boolean oom, String detail) ->
                remember(known, boot, new Outcome.Exited(code, signal.orElse(null), oom, detail));
            case GuestStatus.Failed(String reason, String detail, String message) -> {
                log.warn("guest failed instance={} reason={} detail={} message={}", id(), reason, detail, message);
                remember(known, boot, new PlatformFailure(GuestReasons.reason(reason), GuestReasons.detail(detail)));
            }
        }
    }

    private void remember(InstanceRecord known, Boot boot, Outcome outcome) {
        if (boot.outcome() == null) {
            save(known.withBoot(boot.withOutcome(outcome)));
        }
    }

    private void onStarted(InstanceRecord known, Boot boot, Map<String, Long> guestMarks) {
        if (known.phase() != Phase.BOOTING) {
            return;
        }
        long nowMs = now().toEpochMilli();
        Map<String, Long> marks = new HashMap<>();
        guestMarks.forEach((name, at) -> marks.put("guest." + name, at));
        save(known.withBoot(boot.started(nowMs).marked("started", nowMs).withMarks(marks))
                .withPhase(Phase.STARTING));
        log.info(
                "instance started instance={} boot={} marks={}",
                id(),
                boot.bootId(),
                current().requireBoot().marks());
        beginHealth();
    }

    private void beginHealth() {
        health = HealthTracker.from(now());
        nextProbe = now();
        probing = false;
    }

    private void onProbed(Message.Probed probed) {
        probing = false;
        InstanceRecord known = current();
        WorkloadSpec.Health check = spec().health();
        HealthTracker tracker = health;
        Boot boot = known.boot();
        if (check == null
                || tracker == null
                || boot == null
                || !boot.bootId().equals(probed.bootId())
                || !known.phase().isRunning()) {
            return;
        }
        Instant now = now();
        nextProbe = now.plusSeconds(check.intervalS());
        HealthTracker next =
                probed.failure().map(why -> tracker.miss(check, why, now)).orElseGet(() -> tracker.hit(check));
        health = next;
        if (Boolean.TRUE.equals(next.healthy()) && known.phase() != Phase.READY) {
            becomeReady(now);
        } else if (Boolean.FALSE.equals(next.healthy()) && known.phase() != Phase.UNREADY) {
            log.warn("instance is unhealthy instance={} detail={}", id(), next.detail());
            save(known.withBoot(boot.ready(null))
                    .withHistory(known.history().withReason("healthcheck_failed", next.detail()))
                    .withPhase(Phase.UNREADY));
        } else if (known.phase() == Phase.STARTING && next.healthy() == null) {
            // Young workloads listen soon: look again quickly, so that ready follows closely.
            nextProbe = now.plus(startingInterval(check, now));
        }
    }

    private Duration startingInterval(WorkloadSpec.Health check, Instant now) {
        Long started = current().requireBoot().startedMs();
        long age = started == null ? 0 : now.toEpochMilli() - started;
        Duration wanted = age < 5_000 ? Duration.ofMillis(200) : Duration.ofSeconds(1);
        return min(wanted, Duration.ofSeconds(Math.max(1, check.intervalS())));
    }

    private void becomeReady(Instant now) {
        InstanceRecord known = current();
        Boot boot = known.requireBoot();
        save(known.withBoot(boot.ready(now.toEpochMilli()).marked("ready", now.toEpochMilli()))
                .withHistory(known.history().recovered())
                .withPhase(Phase.READY));
        log.info("instance ready instance={} boot={}", id(), boot.bootId());
    }

    private void probe(String bootId, WorkloadSpec.Health check) {
        probing = true;
        WorkloadSpec spec = spec();
        Optional<GuestChannel> open = channel();
        Thread.ofVirtual().name("probe/" + id()).start(() -> {
            try {
                mailbox.put(new Message.Probed(bootId, node.probe().check(spec, check, open)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void onChannelLost(Message.ChannelLost lost) {
        if (lost.job() != channelOwner) {
            return;
        }
        channelOwner = null;
        channel.set(null);
        if (current().phase().hasVm() && vmExitedAt == null) {
            reopenAt = now().plus(reopenDelay);
        }
    }

    private void reopenIfDue(Instant now) {
        if (channel.get() == null && reopening == null && !now.isBefore(reopenAt)) {
            reopenAt = Instant.MAX;
            BootJob again = new BootJob(node, spec(), current().requireBoot().bootId(), true, new JobListener());
            reopening = again;
            again.start();
        }
    }

    /** The VM has ended, or must: nothing of it stays, then the restart policy decides. */
    private void endBoot() {
        InstanceRecord known = current();
        Boot boot = known.requireBoot();
        boolean hostOom = node.driver().outOfMemory(id());
        cleanUp();
        Boot.SavedOutcome saved = boot.outcome();
        Outcome outcome = hostOom
                ? new PlatformFailure("oom_killed", "host")
                : saved != null ? saved.toOutcome() : new PlatformFailure("exited", "vmm_exited");
        node.logs().system(LogOrigin.of(spec(), node.nodeId()), boot.bootId(), describe(known, outcome, saved != null));
        vmExitedAt = null;
        health = null;
        if (!known.wantsToRun()) {
            History history = known.history().withNoAttempt().withReason("", "");
            if (saved != null) {
                history = history.ended(outcome).withReason("", "");
            }
            save(known.withHistory(history).withPhase(Phase.STOPPED));
            log.info("instance stopped instance={} boot={}", id(), boot.bootId());
            return;
        }
        Long readyMs = boot.readyMs();
        Duration readyFor = readyMs == null ? Duration.ZERO : Duration.ofMillis(now().toEpochMilli() - readyMs);
        RestartPolicy.Decision decision =
                RestartPolicy.decide(spec().lifecycle(), known.history(), outcome, readyFor, now(), node.random());
        log.info(
                "instance ended instance={} boot={} reason={} detail={} then={}",
                id(),
                boot.bootId(),
                outcome.reason(),
                outcome.detail(),
                decision.getClass().getSimpleName());
        switch (decision) {
            case RestartPolicy.Decision.Complete(History history) ->
                save(known.withHistory(history).withPhase(Phase.STOPPED));
            case RestartPolicy.Decision.Retry(History history) ->
                save(known.withHistory(history).withPhase(Phase.BACKOFF));
            case RestartPolicy.Decision.Fail(History history, String reason, String detail) ->
                save(known.withHistory(history.withReason(reason, detail)).withPhase(Phase.FAILED));
        }
    }

    private static String describe(InstanceRecord known, Outcome outcome, boolean outcomeKnown) {
        if (!known.wantsToRun() && !outcomeKnown) {
            return "stopped";
        }
        return outcome.reason() + (outcome.detail().isEmpty() ? "" : " (" + outcome.detail() + ")");
    }

    private void cleanUp() {
        BootJob again = reopening;
        reopening = null;
        if (again != null) {
            again.cancel();
        }
        closeChannel();
        reopenAt = Instant.MAX;
        reopenDelay = FIRST_REOPEN;
        startedBy = Instant.MAX;
        try {
            node.driver().destroy(id());
        } catch (VmDriverException e) {
            log.error("vm could not be removed instance={}", id(), e);
        }
        node.network().detach(id());
        node.scratch().delete(id());
        node.memory().release(id());
        if (!current().wantsToRun()) {
            node.images().unpin(id());
            node.secrets().release(id());
        }
    }

    private void closeChannel() {
        GuestChannel open = channel.getAndSet(null);
        channelOwner = null;
        if (open != null) {
            open.close();
        }
    }

    private void letGo() {
        List<BootJob> jobs = Stream.of(job, reopening).filter(Objects::nonNull).toList();
        jobs.forEach(BootJob::cancel);
        closeChannel();
        try {
            for (BootJob cancelled : jobs) {
                cancelled.awaitEnd(LET_GO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Saves what changed and reports what servers see of it. */
    private void save(InstanceRecord next) {
        ReportedStatus status = ReportedStatus.of(next);
        ReportedStatus before = next.reported();
        boolean tell = before == null
                || !before.status().equals(status.status())
                || !before.reason().equals(status.reason());
        InstanceRecord saved = tell ? next.withReported(status) : next;
        node.store().save(saved);
        if (tell) {
            log.info(
                    "instance status instance={} phase={} status={} reason={} detail={}",
                    saved.id(),
                    saved.phase(),
                    status.status(),
                    status.reason(),
                    status.detail());
            send(saved, status);
        }
        record.set(saved);
    }

    private void send(InstanceRecord of, ReportedStatus status) {
        Boot boot = of.boot();
        InstanceReport report = new InstanceReport(of.id(), status, now(), boot == null ? Map.of() : boot.marks());
        node.outbox().report(report, () -> tell(new Message.Acknowledged(status)));
    }

    private void watch(String bootId) {
        String vmId = id();
        Thread.ofVirtual().name("watch/" + vmId).start(() -> {
            try {
                while (!node.driver().awaitExit(vmId, Duration.ofMinutes(1))) {
                    if (mailbox.isFinished()) {
                        return;
                    }
                }
                mailbox.put(new Message.VmExited(bootId));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** When to look again if nothing happens. */
    private Instant deadline() {
        if (job != null) {
            return Instant.MAX;
        }
        InstanceRecord known = current();
        Instant next = reopening == null && channel.get() == null ? reopenAt : Instant.MAX;
        Instant exitedAt = vmExitedAt;
        if (exitedAt != null) {
            next = min(next, exitedAt.plus(LAST_STATUS));
        }
        return switch (known.phase()) {
            case ALLOCATED, PREPARING, STOPPED -> Instant.MAX;
            case BACKOFF, FAILED -> known.history().nextAttempt().orElse(Instant.MAX);
            case BOOTING -> min(next, startedBy);
            case STARTING, READY, UNREADY -> min(next, runningDeadline(known));
            case DRAINING -> {
                Long stopMs = known.requireBoot().stopMs();
                yield min(next, stopMs == null ? now() : Instant.ofEpochMilli(stopMs));
            }
            case STOPPING -> min(next, stopDeadline());
        };
    }

    private Instant runningDeadline(InstanceRecord known) {
        if (spec().health() == null) {
            Long started = known.requireBoot().startedMs();
            return known.phase() == Phase.STARTING && started != null
                    ? Instant.ofEpochMilli(started).plus(NO_HEALTH_READY_AFTER)
                    : Instant.MAX;
        }
        return probing ? Instant.MAX : nextProbe;
    }

    /** From the accepted config to {@code started} (RT21). */
    private Duration startDeadline() {
        DriverFacts facts = node.driver().selfTest();
        Duration prestart = Duration.ofSeconds(spec().process().prestart().stream()
                .mapToLong(WorkloadSpec.Prestart::timeoutS)
                .sum());
        return BootJob.deadline(facts, Duration.ofSeconds(10), Duration.ofSeconds(60))
                .plus(prestart);
    }

    private Duration stopGrace() {
        InstanceRecord known = current();
        return Duration.ofSeconds(
                known.wantsToRun() || known.desired().drainGraceS() <= 0
                        ? spec().lifecycle().stopGraceS()
                        : known.desired().drainGraceS());
    }

    private Instant stopDeadline() {
        Long stopMs = current().requireBoot().stopMs();
        return (stopMs == null ? now() : Instant.ofEpochMilli(stopMs))
                .plus(stopGrace())
                .plus(STOP_MARGIN);
    }

    /** False if nobody will ever read it. */
    private boolean tell(Message message) {
        try {
            return mailbox.put(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Instant min(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /** Turns what happens on a job's and a channel's threads into messages. */
    private final class JobListener implements BootJob.Listener {
        @Override
        public void reached(BootJob from, String mark) {
            tell(new Message.Marked(from, mark, now().toEpochMilli()));
        }

        @Override
        public void booted(BootJob from, GuestChannel opened) {
            if (!tell(new Message.Booted(from, opened))) {
                opened.close();
            }
        }

        @Override
        public void failed(BootJob from, Outcome outcome) {
            // The job may have been interrupted; its last message must still arrive.
            boolean interrupted = Thread.interrupted();
            tell(new Message.JobFailed(from, outcome));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public GuestEvents events(BootJob from) {
            return new Events(from);
        }
    }

    private final class Events implements GuestEvents {
        private final BootJob opener;

        Events(BootJob opener) {
            this.opener = opener;
        }

        @Override
        public void status(GuestStatus status) {
            tell(new Message.Guest(opener.bootId(), status));
        }

        @Override
        public void metrics(GuestMetrics newest) {
            metrics.set(newest);
        }

        @Override
        public long logStoredUpTo() {
            return node.logs().storedUpTo(id(), opener.bootId());
        }

        @Override
        public void log(List<LogRecord> records) {
            node.logs().append(LogOrigin.of(spec(), node.nodeId()), opener.bootId(), records);
        }

        @Override
        public byte[] secrets() throws SecretsUnavailableException {
            WorkloadSpec.Secrets wanted = spec().secrets();
            if (wanted == null || wanted.versionId() == null) {
                throw new SecretsUnavailableException("format_invalid");
            }
            return node.secrets().read(id(), wanted.versionId());
        }

        @Override
        public void lost(ChannelException cause) {
            opener.markChannelLost();
            tell(new Message.ChannelLost(opener));
        }
    }
}
