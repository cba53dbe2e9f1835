import type { Uuid } from "@electrum-vouchers/core";
import { errorResponse, never, provisionRequest, type Script } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { queueConfirmations } from "../../test/queued.ts";
import { alertsOf, createTestTill, OPENS_AT } from "../../test/test-till.ts";
import { REPEATED_ALERT_MS } from "./repeated-alerts.ts";

const MINUTE_MS = 60_000;

const causes: readonly [cause: string, script: Script][] = [
  ["no response comes", () => never],
  ["its provider is unavailable", () => ({ response: errorResponse(503, "UPSTREAM_UNAVAILABLE") })],
  ["the credentials are refused", () => ({ response: errorResponse(401, "AUTHENTICATION_ERROR") })],
];

describe("advices that stay undelivered", () => {
  test.each(causes)(
    "given that %s, then the operator is told once the bound has passed, once for the queue",
    async (_, script) => {
      const testTill = createTestTill({ script });
      const ids = await queueConfirmations(testTill.outbox, 5, OPENS_AT);
      await testTill.open();

      await testTill.clock.advance(14 * MINUTE_MS);
      expect(alertsOf(testTill, "undelivered")).toEqual([]);

      await testTill.clock.advance(20 * MINUTE_MS);
      expect(alertsOf(testTill, "undelivered")).toEqual([
        {
          reason: "undelivered",
          id: expect.toSatisfy((id: Uuid) => ids.includes(id)),
          kind: "provision",
          operation: "confirmVoucher",
          waitedMs: expect.toSatisfy((waitedMs: number) => waitedMs >= 15 * MINUTE_MS),
        },
      ]);

      await testTill.clock.advance(REPEATED_ALERT_MS);
      expect(alertsOf(testTill, "undelivered")).toHaveLength(2);
    },
  );

  test("given a bound of the team's, then that one counts", async () => {
    const testTill = createTestTill({ script: () => ({ response: errorResponse(503, "UPSTREAM_UNAVAILABLE") }) });
    await queueConfirmations(testTill.outbox, 1, OPENS_AT);
    await testTill.open({ forwarding: { undeliveredAlertMs: MINUTE_MS } });
    await testTill.clock.advance(3 * MINUTE_MS);
    expect(alertsOf(testTill, "undelivered")).toHaveLength(1);
  });

  test("given an advice that is delivered in time, then nobody is told", async () => {
    const testTill = createTestTill();
    await queueConfirmations(testTill.outbox, 3, OPENS_AT);
    await testTill.open();
    await testTill.clock.advance(20 * MINUTE_MS);
    expect(alertsOf(testTill, "undelivered")).toEqual([]);
  });
});

describe("work of a client that no till serves", () => {
  test("given a backlog of another client, then the operator is told of that client, and nothing is sent", async () => {
    const testTill = createTestTill();
    await queueConfirmations(testTill.outbox, 3, OPENS_AT);
    const { client } = provisionRequest();
    await testTill.open({ clients: ["another-shop"] });

    await testTill.clock.advance(14 * MINUTE_MS);
    expect(alertsOf(testTill, "unserved")).toEqual([]);
    await testTill.clock.advance(10 * MINUTE_MS);

    expect(alertsOf(testTill, "unserved")).toMatchObject([{ client: client.id }]);
    expect(testTill.electrum.sent).toEqual([]);

    await testTill.clock.advance(REPEATED_ALERT_MS + 10 * MINUTE_MS);
    expect(alertsOf(testTill, "unserved")).toHaveLength(2);
  });

  test("given a till that serves that client, then nobody is told, and the look has kept nothing from it", async () => {
    const testTill = createTestTill();
    await queueConfirmations(testTill.outbox, 3, OPENS_AT);
    const { client } = provisionRequest();
    await testTill.open({ clients: [client.id] });
    await testTill.clock.advance(30 * MINUTE_MS);
    expect(alertsOf(testTill, "unserved")).toEqual([]);
    expect(testTill.electrum.sent).toHaveLength(3);
  });
});
