package dev.vt.agent.link;

import com.google.protobuf.ByteString;
import dev.vt.agent.instance.InstanceReport;
import dev.vt.agent.instance.NodeServices;
import dev.vt.agent.instance.ReportedStatus;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Statuses that no server has acknowledged yet: the newest of each instance. Every link sends them when it connects and as they
 * come. Safe for any thread; callbacks run outside the lock.
 */
public final class StatusOutbox implements NodeServices.Outbox {
    private final Map<String, Entry> waiting = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private long sequence;

    private record Entry(long sequence, InstanceReport report, Runnable onAcknowledged) {}

    @Override
    public void report(InstanceReport report, Runnable onAcknowledged) {
        synchronized (this) {
            sequence++;
            waiting.put(report.instanceId(), new Entry(sequence, report, onAcknowledged));
        }
        listeners.forEach(Runnable::run);
    }

    /** Called after each report, on the reporter's thread; must not block. */
    void onReport(Runnable listener) {
        listeners.add(listener);
    }

    /** What waits and was reported after this sequence, oldest first. */
    synchronized List<InstanceStatus> after(long last) {
        List<Entry> entries = new ArrayList<>(waiting.values());
        entries.removeIf(entry -> entry.sequence() <= last);
        entries.sort(Comparator.comparingLong(Entry::sequence));
        return entries.stream().map(StatusOutbox::toWire).toList();
    }

    /** Unknown sequences are fine: a newer status of the instance took the place. */
    void acknowledge(long acknowledged) {
        Runnable callback = null;
        synchronized (this) {
            for (Entry entry : waiting.values()) {
                if (entry.sequence() == acknowledged) {
                    callback = entry.onAcknowledged();
                    waiting.remove(entry.report().instanceId());
                    break;
                }
            }
        }
        if (callback != null) {
            callback.run();
        }
    }

    public synchronized int size() {
        return waiting.size();
    }

    private static InstanceStatus toWire(Entry entry) {
        ReportedStatus status = entry.report().status();
        InstanceStatus.Builder wire = InstanceStatus.newBuilder()
                .setSequence(entry.sequence())
                .setInstanceId(entry.report().instanceId())
                .setStatus(status.status())
                .setReasonCode(status.reason())
                .setDetail(status.detail())
                .setBootId(status.bootId())
                .setRestartCount(status.restartCount())
                .setReportedAt(entry.report().reportedAt().toString())
                .setTimingsJson(ByteString.copyFrom(Json.bytes(entry.report().timings())));
        Integer exitCode = status.exitCode();
        if (exitCode != null) {
            wire.setExitCode(exitCode);
        }
        return wire.build();
    }
}
