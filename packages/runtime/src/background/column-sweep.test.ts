import { createSimulatedClock, uuid } from "@electrum-vouchers/testkit";
import type { Change, CorrectedPage, ListQuery, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { errAsync, okAsync } from "neverthrow";
import { beforeEach, describe, expect, it } from "vitest";
import { queueConfirmations } from "../../test/queued.ts";
import { createTestTill, OPENS_AT } from "../../test/test-till.ts";
import type { Alert } from "../events.ts";
import { startColumnSweep } from "./column-sweep.ts";

const MINUTE_MS = 60_000;

const clock = createSimulatedClock(0);
let asked: ListQuery[];
let alerts: Alert[];
let pages: (CorrectedPage | OutboxUnavailable)[];
beforeEach(() => {
  asked = [];
  alerts = [];
  pages = [];
});

const nothing: CorrectedPage = { corrected: [], damaged: [] };
const unavailable: OutboxUnavailable = { type: "unavailable", reason: "busy", detail: "as the test wants it" };

/** A sweep over an outbox that gives these pages, one after the other, and then nothing. */
function sweep(...given: readonly (CorrectedPage | OutboxUnavailable)[]): ReturnType<typeof startColumnSweep> {
  pages = [...given];
  const correctColumns = (query: ListQuery) => {
    asked.push(query);
    const page = pages.shift() ?? nothing;
    return "type" in page ? errAsync(page) : okAsync(page);
  };
  return startColumnSweep({ outbox: { correctColumns }, clock, reportAlert: (alert) => void alerts.push(alert) });
}

describe("columns are compared with their records", () => {
  it("at the start, page by page: all that is unfinished", async () => {
    const loop = sweep({ corrected: [], damaged: [], next: uuid(1) }, { corrected: [], damaged: [], next: uuid(2) });
    await clock.advance(5_000);
    await loop.stop();

    expect(asked).toEqual([
      { only: "unfinished", limit: 100 },
      { only: "unfinished", limit: 100, after: uuid(1) },
      { only: "unfinished", limit: 100, after: uuid(2) },
    ]);
  });

  it("then now and then, from the beginning", async () => {
    const loop = sweep();
    await clock.advance(25 * MINUTE_MS);
    await loop.stop();

    expect(asked).toEqual(Array.from({ length: 3 }, () => ({ only: "unfinished", limit: 100 })));
  });

  it("with an alert for each record that cannot be read", async () => {
    const loop = sweep({ corrected: [], damaged: [uuid(1)] });
    await clock.advance(1);
    await loop.stop();

    expect(alerts).toMatchObject([{ reason: "damagedRecord", id: uuid(1) }]);
  });

  it("with an alert for each that was corrected", async () => {
    const loop = sweep({ corrected: [{ id: uuid(1), columns: ["due_at"] }], damaged: [] });
    await clock.advance(1);
    await loop.stop();

    expect(alerts).toEqual([{ reason: "columnsCorrected", id: uuid(1), columns: ["due_at"] }]);
  });

  it("again soon if the outbox was unavailable, where it stopped", async () => {
    const loop = sweep({ corrected: [], damaged: [], next: uuid(1) }, unavailable);
    await clock.advance(MINUTE_MS);
    await loop.stop();

    expect(asked.map(({ after }) => after)).toEqual([undefined, uuid(1), uuid(1)]);
    expect(alerts).toEqual([]);
  });
});

const dueIn3000 = (change: Change): Change =>
  change.due === undefined ? change : { ...change, due: { ...change.due, at: Date.parse("3000-01-01T00:00:00.000Z") } };

describe("a till", () => {
  it.each<[string, (change: Change) => Change]>([
    ["in a thousand years", dueIn3000],
    [
      "as another kind of work",
      (change) => (change.due === undefined ? change : { ...change, due: { ...change.due, work: "timer" } }),
    ],
    ["never", ({ due: _, ...change }) => change],
  ])("delivers at its start what the store shows as due %s, and tells the operator", async (_, alter) => {
    const testTill = createTestTill();
    const { outbox } = testTill;
    const altered = { ...outbox, commit: (change: Change) => outbox.commit(alter(change)) };
    const [id = ""] = await queueConfirmations(altered, 1, OPENS_AT);

    await testTill.open();
    await testTill.until(id, "confirmed");

    expect(testTill.events.filter(({ type }) => type === "alert")).toEqual([
      { type: "alert", alert: { reason: "columnsCorrected", id, columns: ["due"] }, at: OPENS_AT },
    ]);
  });
});
