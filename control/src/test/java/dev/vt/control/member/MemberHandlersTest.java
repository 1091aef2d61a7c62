package dev.vt.control.member;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MemberHandlersTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private static int people;

    private TestClient operator;
    private String members;

    @BeforeEach
    void signIn() {
        operator = server.operator();
        members = "/v1/orgs/" + server.orgId() + "/members";
    }

    private static String address() {
        return "m" + ++people + "@example.com";
    }

    private TestReply add(String email, String role) {
        return operator.post(members, Json.object().put("email", email).put("role", role));
    }

    private static JsonNode role(String role) {
        return Json.object().put("role", role);
    }

    @Test
    void theCreatorIsTheFirstOwner() {
        JsonNode items = operator.get(members).json().path("items");

        assertThat(items).hasSize(1);
        assertThat(items.get(0).path("role").asText()).isEqualTo("owner");
        assertThat(items.get(0).path("user_id").asText())
                .isEqualTo(server.bootstrapped().userId());
        assertThat(operator.get(members + "/" + items.get(0).path("id").asText())
                        .status())
                .isEqualTo(200);
        assertThat(operator.get(members + "/mem_x").code()).isEqualTo("not_found");
    }

    @Test
    void anAddressIsInAnOrgOnceAndFreeAfterRemoval() {
        String email = address();
        TestReply added = add(email.toUpperCase(Locale.ROOT), "developer");

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.resource().path("email").asText()).isEqualTo(email);
        assertThat(added.resource().path("user_id").isNull()).isTrue();
        assertThat(add(email, "admin").code()).isEqualTo("name_taken");
        assertThat(operator.delete(members + "/" + added.id()).receiptStatus()).isEqualTo("applied");
        assertThat(operator.delete(members + "/" + added.id()).receiptStatus()).isEqualTo("unchanged");
        assertThat(operator.get(members + "/" + added.id()).code()).isEqualTo("resource_deleted");
        assertThat(add(email, "admin").status()).isEqualTo(201);
        assertThat(add("nobody", "admin").code()).isEqualTo("invalid_argument");
        assertThat(add(address(), "king").code()).isEqualTo("invalid_argument");
    }

    @Test
    void aMembershipCountsOnceAUserHasTheAddress() {
        String email = address();
        add(email, "developer");

        People.Person late = People.user(server, email);

        assertThat(late.console().get("/v1/orgs/" + server.orgId()).status()).isEqualTo(200);
        assertThat(late.console()
                        .get("/v1/auth/whoami")
                        .json()
                        .at("/orgs/0/role")
                        .asText())
                .isEqualTo("developer");
    }

    @Test
    void aRoleChangeNeedsIfMatchA10() {
        TestReply added = add(address(), "developer");
        String item = members + "/" + added.id();

        TestReply without = operator.patch(item, role("admin"));
        assertThat(without.status()).isEqualTo(428);
        assertThat(without.code()).isEqualTo("if_match_required");
        assertThat(operator.ifMatch(9).patch(item, role("admin")).code()).isEqualTo("version_conflict");
        TestReply changed = operator.ifMatch(1).patch(item, role("admin"));
        assertThat(changed.resource().path("role").asText()).isEqualTo("admin");
        assertThat(changed.header("ETag")).isEqualTo("\"2\"");
        assertThat(operator.ifMatch(1).patch(item, role("admin")).receiptStatus())
                .isEqualTo("unchanged");
    }

    @Test
    void theLastOwnerStaysAndAdminsDoNotTouchOwners() {
        JsonNode owner = operator.get(members).json().path("items").get(0);
        String item = members + "/" + owner.path("id").asText();
        assertThat(operator.delete(item).code()).isEqualTo("last_owner");
        assertThat(operator.ifMatch(1).patch(item, role("admin")).code()).isEqualTo("last_owner");

        TestClient admin = People.member(server, address(), "admin").console();

        assertThat(admin.delete(item).code()).isEqualTo("forbidden");
        assertThat(admin.key("member-owner")
                        .post(members, Json.object().put("email", address()).put("role", "owner"))
                        .code())
                .isEqualTo("forbidden");
        assertThat(admin.key("member-admin")
                        .post(members, Json.object().put("email", address()).put("role", "admin"))
                        .status())
                .isEqualTo(201);
        assertThat(admin.delete("/v1/orgs/" + server.orgId()).code()).isEqualTo("forbidden");
    }

    @Test
    void twoOwnersWhoRemoveEachOtherAtOnceLeaveOne() throws InterruptedException, ExecutionException {
        String first = operator.get(members).json().at("/items/0/id").asText();
        TestReply second = add(address(), "owner");
        List<Callable<TestReply>> both = new ArrayList<>();
        for (String id : List.of(first, second.id())) {
            both.add(() -> operator.delete(members + "/" + id));
        }

        List<String> outcomes = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<TestReply> reply : executor.invokeAll(both)) {
                outcomes.add(
                        reply.get().status() == 200 ? "removed" : reply.get().code());
            }
        }

        // The operator who removed their own membership sees the org no more.
        assertThat(outcomes).containsOnlyOnce("removed");
        assertThat(outcomes)
                .anyMatch(outcome -> List.of("last_owner", "not_found").contains(outcome));
    }

    @Test
    void everyChangeIsAudited() throws InterruptedException {
        TestReply added = add(address(), "developer");
        operator.ifMatch(1).patch(members + "/" + added.id(), role("readonly"));
        operator.delete(members + "/" + added.id());
        server.verify();

        List<String> actions = new ArrayList<>();
        operator.get("/v1/orgs/" + server.orgId() + "/audit?resource=" + added.id())
                .json()
                .path("items")
                .forEach(item -> actions.add(item.path("action").asText()));
        assertThat(actions).containsExactly("member.add", "member.update", "member.remove");
    }
}
