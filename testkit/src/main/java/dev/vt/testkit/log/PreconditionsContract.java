package dev.vt.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.InvalidEventException;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import dev.vt.testkit.LogSetup;
import dev.vt.testkit.TestBatch;
import dev.vt.testkit.TestLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** state.md §14.3, §14.6, §14.15: each precondition passes, fails, and lets one of two racers win. */
public abstract class PreconditionsContract {
    @RegisterExtension
    protected final TestLog log;

    protected PreconditionsContract(LogSetup setup) {
        log = TestLog.of(setup, Shop.VIEWS, Shop.SCHEMAS);
    }

    private TestBatch batch(NewEvent... events) {
        TestBatch batch = log.batch();
        List.of(events).forEach(batch::event);
        return batch;
    }

    @Test
    void seqHoldsAtTheHeadOnly() {
        log.append(batch(Shop.created("prj_1", "a")).require(new Precondition.Seq(Shop.project("prj_1"), 0)));
        log.append(batch(Shop.renamed("prj_1", "b")).require(new Precondition.Seq(Shop.project("prj_1"), 1)));
        AppendResult.Rejected stale =
                log.rejected(batch(Shop.renamed("prj_1", "c")).require(new Precondition.Seq(Shop.project("prj_1"), 1)));
        assertThat(stale.kind()).isEqualTo("seq");
        assertThat(stale.facts()).containsEntry("head", 2L).containsEntry("aggregate_id", "prj_1");
        assertThat(log.events()).hasSize(2);
        race(
                batch(Shop.renamed("prj_1", "d")).require(new Precondition.Seq(Shop.project("prj_1"), 2)),
                batch(Shop.renamed("prj_1", "e")).require(new Precondition.Seq(Shop.project("prj_1"), 2)));
    }

    @Test
    void aliveEndsWithDeletion() {
        Precondition alive = new Precondition.Alive(Shop.project("prj_1"));
        assertThat(log.rejected(batch().require(alive)).kind()).isEqualTo("alive");
        log.append(batch(Shop.created("prj_1", "a")));
        log.append(batch(Shop.event("project.deleted", "prj_1", Json.object())).require(alive));
        assertThat(log.rejected(batch().require(alive)).facts()).containsEntry("head", 2L);
        log.append(batch(Shop.created("prj_2", "a")));
        Precondition other = new Precondition.Alive(Shop.project("prj_2"));
        race(
                batch(Shop.event("project.deleted", "prj_2", Json.object())).require(other),
                batch(Shop.event("project.deleted", "prj_2", Json.object())).require(other));
    }

    @Test
    void noChildrenSeesChildrenOfTheSameMoment() {
        log.append(batch(Shop.created("prj_1", "a")));
        Precondition childless = new Precondition.NoChildren(Shop.project("prj_1"), "app");
        log.append(batch().require(childless));
        NewEvent app = new NewEvent(
                new AggregateKey("app", "app_1"),
                "app.created",
                new Owner(Shop.ORG, "prj_1", "app_1", null),
                Json.object().put("name", "web"));
        race(
                batch(app).require(new Precondition.Alive(Shop.project("prj_1"))),
                batch(Shop.event("project.deleted", "prj_1", Json.object())).require(childless));
        boolean appWon = log.events().getLast().type().equals("app.created");
        if (appWon) {
            assertThat(log.rejected(batch().require(childless)).facts()).containsEntry("child", "app_1");
            log.append(batch(new NewEvent(
                    new AggregateKey("app", "app_1"),
                    "app.deleted",
                    new Owner(Shop.ORG, "prj_1", "app_1", null),
                    Json.object())));
            log.append(batch().require(childless));
        }
        assertThatThrownBy(() -> log.append(
                        batch().require(new Precondition.NoChildren(new AggregateKey("node", "node_1"), "vm"))))
                .isInstanceOf(InvalidEventException.class);
    }

    @Test
    void aClaimHasOneOwnerUntilItIsReleased() {
        AggregateKey one = Shop.project("prj_1");
        AggregateKey two = Shop.project("prj_2");
        AppendResult.Applied first =
                log.append(batch(Shop.created("prj_1", "a")).require(new Precondition.Claim("project_name", "a", one)));
        assertThat(first.first()).isEqualTo(1);
        log.append(batch().require(new Precondition.Claim("project_name", "a", one)));
        AppendResult.Rejected taken = log.rejected(batch().require(new Precondition.Seq(two, 0))
                .require(new Precondition.Claim("project_name", "b", two))
                .require(new Precondition.Claim("project_name", "a", two)));
        assertThat(taken.index()).isEqualTo(2);
        assertThat(taken.facts()).containsEntry("owner_id", "prj_1").containsEntry("key", "a");
        // What a rejected batch claimed before it failed is not claimed.
        log.append(batch().require(new Precondition.Claim("project_name", "b", one)));
        // Not the owner: nothing happens.
        log.append(batch().require(new Precondition.Release("project_name", "a", two)));
        assertThat(log.rejected(batch().require(new Precondition.Claim("project_name", "a", two)))
                        .kind())
                .isEqualTo("claim");
        // A move: release and claim in one batch.
        log.append(batch().require(new Precondition.Release("project_name", "a", one))
                .require(new Precondition.Claim("project_name", "a", two)));
        log.append(batch().require(new Precondition.ReleaseAll(one)));
        log.append(batch().require(new Precondition.Claim("project_name", "b", two)));
        race(
                batch().require(new Precondition.Claim("project_name", "c", one)),
                batch().require(new Precondition.Claim("project_name", "c", two)));
    }

    @Test
    void rowHoldsWhileTheRowIsTheOneThatWasRead() {
        log.append(batch(Shop.created("prj_1", "a"), Shop.quota("instances", 5)));
        log.append(batch().require(new Precondition.Row("projects", "prj_1", 1))
                .require(new Precondition.Row("projects", "prj_9", 0))
                .require(new Precondition.Row("quotas", Shop.ORG + "/instances", 2)));
        log.append(batch(Shop.renamed("prj_1", "b")));
        assertThat(log.rejected(batch().require(new Precondition.Row("projects", "prj_1", 1)))
                        .facts())
                .containsEntry("current", 3L);
        race(
                batch(Shop.renamed("prj_1", "c")).require(new Precondition.Row("projects", "prj_1", 3)),
                batch(Shop.renamed("prj_1", "d")).require(new Precondition.Row("projects", "prj_1", 3)));
        assertThatThrownBy(() -> log.append(batch().require(new Precondition.Row("projects; --", "prj_1", 0))))
                .isInstanceOf(InvalidEventException.class);
    }

    @Test
    void quotaAndCapacityAreNeverPassedByRacingRequests() {
        log.append(batch(Shop.quota("instances", 3), Shop.enrolled("node_1", 1000)));
        List<TestBatch> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(batch(Shop.allocated("inst_" + i, "node_1", 300))
                    .require(new Precondition.Quota(Shop.ORG, Map.of("instances", 1L)))
                    .require(new Precondition.Capacity("node_1", 300)));
        }
        List<AppendResult> answers = inParallel(requests);
        assertThat(answers.stream().filter(AppendResult.Applied.class::isInstance))
                .hasSize(3);
        AppendResult.Rejected rejected = (AppendResult.Rejected) answers.stream()
                .filter(AppendResult.Rejected.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertThat(rejected.kind()).isEqualTo("quota");
        assertThat(rejected.facts())
                .containsEntry("limit", 3L)
                .containsEntry("current_usage", 3L)
                .containsEntry("requested_delta", 1L);

        AppendResult.Rejected full = log.rejected(
                batch(Shop.allocated("inst_x", "node_1", 300)).require(new Precondition.Capacity("node_1", 101)));
        assertThat(full.kind()).isEqualTo("capacity");
        assertThat(full.facts()).containsEntry("reserved_bytes", 900L).containsEntry("allocatable_bytes", 1000L);
        // Usage falls when the instance stops.
        log.append(batch(Shop.stopped(log.events().getLast().aggregate().id())));
        log.append(batch().require(new Precondition.Quota(Shop.ORG, Map.of("instances", 1L)))
                .require(new Precondition.Capacity("node_1", 400)));
    }

    @Test
    void halvesOfOneBatchDoNotPassALimitThatTheWholeWouldNot() {
        log.append(batch(Shop.quota("instances", 3), Shop.enrolled("node_1", 1000)));
        AppendResult.Rejected twice = log.rejected(batch().require(new Precondition.Capacity("node_1", 600))
                .require(new Precondition.Capacity("node_1", 600)));
        assertThat(twice.index()).isEqualTo(1);
        assertThat(log.rejected(batch().require(new Precondition.Quota(Shop.ORG, Map.of("instances", 2L)))
                                .require(new Precondition.Quota(Shop.ORG, Map.of("instances", 2L))))
                        .kind())
                .isEqualTo("quota");
        // What shrinks is never refused, whatever the limit.
        log.append(batch(Shop.quota("instances", 0)));
        log.append(batch().require(new Precondition.Quota(Shop.ORG, Map.of("instances", -1L))));
        assertThat(log.rejected(batch().require(new Precondition.Capacity("node_unknown", 1)))
                        .kind())
                .isEqualTo("capacity");
    }

    @Test
    void sideHoldsAtOneVersionAndVersionsStartOver() {
        SideOperation put = new SideOperation.Put("credential", "k", new byte[] {1}, null);
        log.append(batch().require(new Precondition.Side("credential", "k", 0)).side(put));
        log.append(batch().require(new Precondition.Side("credential", "k", 1)).side(put));
        assertThat(log.rejected(batch().require(new Precondition.Side("credential", "k", 1)))
                        .facts())
                .containsEntry("current", 2L);
        race(
                batch().require(new Precondition.Side("credential", "k", 2)).side(put),
                batch().require(new Precondition.Side("credential", "k", 2)).side(put));
        log.append(batch().side(new SideOperation.Delete("credential", "k")));
        log.append(batch().require(new Precondition.Side("credential", "k", 0)));
        assertThat(log.store().sideRecords().find("credential", "k")).isEmpty();
    }

    @Test
    void aStaleEpochIsRejectedBeforeAnythingElse() {
        log.append(batch(leader(7)).require(new Precondition.Fence(0)));
        log.append(batch().require(new Precondition.Fence(7)));
        AppendResult.Rejected stale = log.rejected(
                batch().require(new Precondition.Seq(Shop.project("prj_1"), 99)).require(new Precondition.Fence(6)));
        assertThat(stale).isEqualTo(new AppendResult.Rejected(1, "fence", Map.of("epoch", 6L, "current", 7L)));
        race(
                batch(leader(8)).require(new Precondition.Fence(7)),
                batch(leader(8)).require(new Precondition.Fence(7)));
    }

    private static NewEvent leader(long epoch) {
        return new NewEvent(
                new AggregateKey("cluster", "cls_1"),
                "cluster.leader_changed",
                Owner.NONE,
                Json.object().put("server_id", "srv_1").put("epoch", epoch));
    }

    @Test
    void whatNoLogMayTakeIsRefusedAtTheDoorAndHaltsNothing() {
        refused(Shop.event("project.renamed", "prj_1", Json.object()), "unknown event project.renamed@1");
        refused(Shop.event("project.created", "prj_1", Json.object()), "/name is missing");
        refused(Shop.created("prj_1", "x".repeat(65)), "longer than 64");
        refused(
                Shop.event(
                        "project.created",
                        "prj_1",
                        Json.object().put("name", "a").put("x", 1)),
                "/x is not known");
        refused(Shop.created("prj_1", "nul\0"), "NUL");
        refused(Shop.created("p".repeat(2000), "a"), "longer than 1024");
        refused(Shop.event("node.enrolled", "node_1", Json.object().put("memory_bytes", 1.5)), "not of type integer");
        assertThat(log.events()).isEmpty();
        log.append(batch(Shop.created("prj_1", "a")));
    }

    private void refused(NewEvent event, String why) {
        assertThatThrownBy(() -> log.append(batch(event)))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining(why);
    }

    private void race(TestBatch one, TestBatch two) {
        List<AppendResult> answers = inParallel(List.of(one, two));
        assertThat(answers.stream().filter(AppendResult.Applied.class::isInstance))
                .hasSize(1);
        assertThat(answers.stream().filter(AppendResult.Rejected.class::isInstance))
                .hasSize(1);
    }

    private List<AppendResult> inParallel(List<TestBatch> requests) {
        CyclicBarrier together = new CyclicBarrier(requests.size());
        List<Future<AppendResult>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (TestBatch request : requests) {
                Batch batch = request.build();
                running.add(threads.submit(() -> {
                    together.await();
                    return log.submit(batch);
                }));
            }
        }
        return running.stream().map(Future::resultNow).toList();
    }
}
