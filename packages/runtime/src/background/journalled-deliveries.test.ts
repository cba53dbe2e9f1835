import { decodeEntry, replay } from "@electrum-vouchers/core";
import { errorResponse, provisionRequest, tenders, unwrap } from "@electrum-vouchers/testkit";
import { expect, test } from "vitest";
import { createTestTill, OPENS_AT } from "../../test/test-till.ts";

test("given deliveries that settle nothing, then each is journalled: what went out when, and what came back", async () => {
  const testTill = createTestTill({
    script: ({ operation }, nth) =>
      operation === "confirmVoucher"
        ? [
            { noResponse: "unreachable" as const, afterMs: 30 },
            { response: errorResponse(503, "UPSTREAM_UNAVAILABLE") },
          ][nth]
        : undefined,
  });
  const till = await testTill.open();
  const { id } = await testTill.done(till.provision(provisionRequest()));
  await testTill.done(till.confirm(id, tenders));
  await testTill.until(id, "confirmed");

  const { outbox } = testTill;
  const entries = (await testTill.done(outbox.unwatched.journal(id))).map((entry) => unwrap(decodeEntry(entry)));
  expect(entries.map(({ type }) => type)).toEqual([
    "provisionStarted",
    "fact",
    "intent",
    "delivery",
    "delivery",
    "fact",
  ]);
  const advice = { adviceId: expect.any(String), operation: "confirmVoucher" };
  const sent = testTill.electrum.sent.filter(({ operation }) => operation === "confirmVoucher").map(({ at }) => at);
  expect(sent[0]).toBe(OPENS_AT);
  expect(entries.slice(3)).toMatchObject([
    { delivery: { ...advice, attempt: 0, sentAt: sent[0], outcome: { noResponse: "unreachable" } } },
    { delivery: { ...advice, attempt: 1, sentAt: sent[1], outcome: { status: 503 } } },
    // The one that settled it is the fact.
    { fact: { type: "adviceResponse", repeats: 2, sentAt: sent[2], status: 202 }, state: "confirmed" },
  ]);
  expect(unwrap(replay(entries))).toEqual(await testTill.stored(id));
  expect(await testTill.done(outbox.unwatched.check())).toEqual([]);
});

test("given credentials that are refused, then that delivery is journalled as well", async () => {
  const testTill = createTestTill({
    script: ({ operation }) =>
      operation === "confirmVoucher" ? { response: errorResponse(401, "AUTHENTICATION_ERROR") } : undefined,
  });
  const till = await testTill.open();
  const { id } = await testTill.done(till.provision(provisionRequest()));
  await testTill.done(till.confirm(id, tenders));
  await testTill.clock.advance(1);

  const [, , , delivery = ""] = await testTill.done(testTill.outbox.unwatched.journal(id));
  expect(unwrap(decodeEntry(delivery))).toMatchObject({ type: "delivery", delivery: { outcome: { status: 401 } } });
});
