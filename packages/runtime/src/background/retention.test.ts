import { canHandOver, columnsOf, encode } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import {
  createMemoryOutbox,
  errorResponse,
  type MemoryOutbox,
  provisionRequest,
  secrets,
  tenders,
  unwrapAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import { expect, describe, test } from "vitest";
import { createTestTill, type KillableTill, OPENS_AT, type TestTill } from "../../test/test-till.ts";
import type { TillError } from "../errors.ts";
import type { Alert, RuntimeEvent } from "../events.ts";
import type { Retention } from "../retention-options.ts";

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

const times: Retention = { redactAfterMs: DAY_MS, redactUnsettledAfterMs: 3 * DAY_MS, deleteAfterMs: 5 * DAY_MS };

type Run = Extract<RuntimeEvent, { readonly type: "retention" }>;

const runsOf = ({ events }: TestTill): readonly Run[] =>
  events.filter((event): event is Run => event.type === "retention");

/** What all runs have done. */
const doneBy = (testTill: TestTill) =>
  runsOf(testTill).reduce(
    (sum, { redacted, deleted }) => ({ redacted: sum.redacted + redacted, deleted: sum.deleted + deleted }),
    { redacted: 0, deleted: 0 },
  );

const alertsOf = ({ events }: TestTill): readonly Alert[] =>
  events.flatMap((event) => (event.type === "alert" && event.alert.reason !== "clockSetForward" ? [event.alert] : []));

/** A shop with one confirmed sale, and retention on. */
async function openShop(retention: Partial<Retention> = times): Promise<{
  readonly testTill: TestTill;
  readonly outbox: MemoryOutbox;
  readonly till: KillableTill;
}> {
  const testTill = createTestTill();
  const outbox = testTill.outbox.unwatched.connect();
  const till = await testTill.open({ outbox, retention });
  await testTill.done(till.provision(provisionRequest()));
  await testTill.done(till.confirm(uuid(1), tenders));
  await testTill.until(uuid(1), "confirmed");
  return { testTill, outbox, till };
}

const storedText = async (outbox: MemoryOutbox): Promise<string> =>
  [(await unwrapAsync(outbox.load(uuid(1))))?.record ?? "", ...(await unwrapAsync(outbox.journal(uuid(1))))].join();

/** A change of a finished transaction, that no till would make. */
const finishedChange = (n: number, fields: Partial<Change>): Change => ({
  id: uuid(n),
  expectedVersion: 0,
  kind: "provision",
  state: "confirmed",
  final: true,
  needsAttention: false,
  record: "damaged",
  entry: "damaged",
  at: OPENS_AT,
  ...fields,
});

describe("a till with retention", () => {
  test("redacts what has ended, after one time, and deletes it after another", async () => {
    const { testTill, outbox } = await openShop();
    await testTill.clock.advance(DAY_MS - HOUR_MS);
    expect(await storedText(outbox)).toContain(secrets.code);

    await testTill.clock.advance(2 * HOUR_MS);
    expect(await storedText(outbox)).not.toContain(secrets.code);
    expect(doneBy(testTill)).toEqual({ redacted: 1, deleted: 0 });

    await testTill.clock.advance(4 * DAY_MS);
    expect(await storedText(outbox)).toBe("");
    expect(doneBy(testTill)).toEqual({ redacted: 1, deleted: 1 });
    expect(alertsOf(testTill)).toEqual([]);
  });

  test("does so in small steps, with pauses, and reports the run once", async () => {
    const { testTill, outbox } = await openShop();
    const { record } = (await unwrapAsync(outbox.load(uuid(1)))) ?? { record: "" };
    for (let n = 2; n <= 50; n += 1)
      await unwrapAsync(
        outbox.commit(
          finishedChange(n, {
            at: OPENS_AT + HOUR_MS / 2,
            record,
            entry: (await unwrapAsync(outbox.journal(uuid(1))))[0] ?? "",
          }),
        ),
      );
    await testTill.clock.advance(DAY_MS + 2 * HOUR_MS);
    expect(runsOf(testTill).filter(({ redacted }) => redacted > 0)).toMatchObject([{ redacted: 50, isErased: true }]);
  });

  test.each<[string, { readonly retention?: "off" }, boolean]>([
    ["is on", {}, false],
    ["is off if the till says so", { retention: "off" }, true],
  ])("%s", async (_, options, isKept) => {
    const testTill = createTestTill();
    const outbox = createMemoryOutbox();
    const till = await testTill.open({ outbox, ...options });
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.cancel(uuid(1)));
    await testTill.clock.advance(30 * DAY_MS);
    till.retention.resume();
    await testTill.clock.advance(HOUR_MS);
    expect((await storedText(outbox)).includes(secrets.msisdn)).toBe(isKept);
    expect(runsOf(testTill).length === 0).toBe(isKept);
  });

  test("leaves an advice that is owed alone, however old", async () => {
    const testTill = createTestTill({
      script: ({ operation }) =>
        operation === "confirmVoucher" ? { response: errorResponse(503, "UPSTREAM_UNAVAILABLE") } : undefined,
    });
    const outbox = testTill.outbox.unwatched.connect();
    // Repeated each minute, a week would be ten thousand deliveries.
    const forwarding = { backoff: { initialMs: HOUR_MS, multiplier: 1, maxMs: HOUR_MS } };
    const till = await testTill.open({ outbox, retention: times, forwarding });
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(uuid(1), tenders));
    await testTill.clock.advance(7 * DAY_MS);
    expect(doneBy(testTill)).toEqual({ redacted: 0, deleted: 0 });
    expect(await storedText(outbox)).toContain(secrets.code);
  });

  test("runs in one of two processes at a time, whose runs are an hour apart", async () => {
    const { testTill } = await openShop();
    await testTill.open({ outbox: testTill.outbox.unwatched.connect(), retention: times });
    await testTill.clock.advance(10 * HOUR_MS);
    const at = runsOf(testTill).map((run) => run.at);
    expect(at.length).toBeGreaterThanOrEqual(10);
    expect(at.slice(1).every((each, index) => each - (at[index] ?? 0) >= HOUR_MS)).toBe(true);
  });
});

describe("a clock that runs ahead", () => {
  test("lets nothing be redacted until an operator says that it is right", async () => {
    const { testTill, outbox, till } = await openShop();
    testTill.clock.jump(3_650 * DAY_MS);
    await testTill.clock.advance(3 * HOUR_MS);
    expect(await storedText(outbox)).toContain(secrets.code);
    const [alert] = alertsOf(testTill);
    expect(alert).toMatchObject({ reason: "retentionWaits", stepMs: expect.any(Number) });

    till.retention.resume();
    await testTill.clock.advance(1_000);
    expect(await storedText(outbox)).toBe("");
  });
});

describe("the operator is told", () => {
  test("of what could be neither redacted nor deleted, which is kept", async () => {
    const { testTill, outbox } = await openShop();
    await unwrapAsync(outbox.commit(finishedChange(2, {})));
    await testTill.clock.advance(DAY_MS + HOUR_MS);
    expect(runsOf(testTill).at(-1)).toMatchObject({ failed: 1 });
    expect(alertsOf(testTill)).toContainEqual({ reason: "retentionFailed", transactions: 1, ids: [uuid(2)] });
    expect(await unwrapAsync(outbox.load(uuid(2)))).toMatchObject({ record: "damaged" });
  });

  test("of what needed attention when it was redacted; it is never deleted", async () => {
    const { testTill, outbox } = await openShop();
    const found = await testTill.stored(uuid(1));
    const item = { reason: "confirmationAmbiguous", at: OPENS_AT } as const;
    const unsettled = { ...found, reconciliation: [item] };
    const stored = { record: encode(unsettled), ...columnsOf(unsettled) };
    const { version = 0 } = (await unwrapAsync(outbox.load(uuid(1)))) ?? {};
    const [entry = ""] = await unwrapAsync(outbox.journal(uuid(1)));
    await unwrapAsync(outbox.commit(finishedChange(1, { expectedVersion: version, entry, ...stored })));

    await testTill.clock.advance(2 * DAY_MS);
    expect(doneBy(testTill).redacted).toBe(0);
    expect(runsOf(testTill).at(-1)).toMatchObject({ left: 1 });
    await testTill.clock.advance(7 * DAY_MS);
    expect(alertsOf(testTill)).toEqual([{ reason: "unsettledRedacted", transactions: 1 }]);
    expect(doneBy(testTill)).toEqual({ redacted: 1, deleted: 0 });
    expect(await storedText(outbox)).not.toContain(secrets.code);
  });

  test("that what was redacted is not erased yet, and again once it is", async () => {
    const testTill = createTestTill();
    const own = testTill.outbox.unwatched.connect();
    let isRead = true;
    const outbox: MemoryOutbox = {
      ...own,
      applyRetention: (request) => own.applyRetention(request).map((result) => ({ ...result, isErased: !isRead })),
    };
    await testTill.open({ outbox, retention: times });
    await testTill.clock.advance(5 * 60_000);
    expect(runsOf(testTill).map(({ isErased }) => isErased)).toEqual([false, false, false, false, false, false]);
    isRead = false;
    await testTill.clock.advance(30 * 60_000);
    expect(
      runsOf(testTill)
        .map(({ isErased }) => isErased)
        .slice(6),
    ).toEqual([true]);
  });
});

/** Whether the view in an error says that there is something to hand over. */
const showsVoucher = (error: TillError): boolean =>
  error.type === "refused" && error.transaction !== undefined && canHandOver(error.transaction);

test("what was redacted has nothing to hand over, and its view says so; before that, also the view in an error says what it has", async () => {
  const { testTill, till } = await openShop();
  const refusal = await testTill.failed(till.cancel(uuid(1)));
  expect(showsVoucher(refusal)).toBe(true);

  await testTill.clock.advance(DAY_MS + HOUR_MS);
  expect(canHandOver(await testTill.done(till.find(uuid(1))))).toBe(false);
  expect(await testTill.failed(till.handOver(uuid(1)))).toMatchObject({
    type: "nothingToHandOver",
    reason: "redacted",
  });
  const later = await testTill.failed(till.cancel(uuid(1)));
  expect(showsVoucher(later)).toBe(false);
});

test("a stricter redactor masks what ours leaves", async () => {
  const { testTill, outbox } = await openShop({
    ...times,
    redactText: (text, field) => (field === "originator.terminalId" ? "***" : text),
  });
  expect(await storedText(outbox)).toContain("TILL0001");
  await testTill.clock.advance(DAY_MS + HOUR_MS);
  expect(await storedText(outbox)).not.toContain("TILL0001");
});

test("a till that stops ends no more steps than the one under way", async () => {
  const { testTill, till, outbox } = await openShop();
  await testTill.settled(till.stop());
  await testTill.clock.advance(2 * DAY_MS);
  expect(await storedText(outbox)).toContain(secrets.code);
});
