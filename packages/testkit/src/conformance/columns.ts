import { createRetentionRules } from "@electrum-vouchers/core";
import type {
  Change,
  CorrectedPage,
  ListQuery,
  Outbox,
  OutboxRetention,
  RetentionRequest,
  RetentionResult,
} from "@electrum-vouchers/core/ports";
import { expect, it } from "vitest";
import { claimIds, commitAll, createChange, dueAt, load, NOW, type OpenOutbox } from "./fixtures.ts";
import { redactionRequest } from "./retention-rules.ts";
import { lastCommitOf, type SaleProgress, saleUpTo } from "./sales.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

const YEAR_3000 = Date.parse("3000-01-01T00:00:00.000Z");

const correct = (outbox: Outbox, query: Partial<ListQuery> = {}): Promise<CorrectedPage> =>
  unwrapAsync(outbox.correctColumns({ limit: 100, ...query }));

const correctedIn = ({ corrected }: CorrectedPage): readonly string[] => corrected.map(({ id }) => id);

/** What retention does that asks the record, as a till's does. */
const applyRetention = (outbox: OutboxRetention, request: Partial<RetentionRequest>): Promise<RetentionResult> =>
  unwrapAsync(outbox.applyRetention({ ...redactionRequest(YEAR_3000, 9), rules: createRetentionRules(), ...request }));

/** What is beside a record follows from it: the record wins. */
export function testColumns(open: OpenOutbox): void {
  it("correct themselves by their record: a reversal that is due in a thousand years is claimed at once", async () => {
    const outbox = await open();
    await commitAll(outbox, ...saleUpTo(1, "reversing", dueAt(YEAR_3000)));
    expect(await claimIds(outbox, "a")).toEqual([]);
    expect(await unwrapAsync(outbox.check())).not.toEqual([]);

    const { corrected } = await correct(outbox);

    expect(corrected).toMatchObject([{ id: uuid(1) }]);
    expect(corrected[0]?.columns.length).toBeGreaterThan(0);
    expect(await claimIds(outbox, "a")).toEqual([uuid(1)]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
    expect(await correct(outbox)).toEqual({ corrected: [], damaged: [] });
  });

  it.each<[string, SaleProgress, Partial<Change>]>([
    ["its state", "reversing", { state: "issued" }],
    ["that it is finished", "reversing", { final: true, state: "reversed" }],
    ["that it is not", "reversed", { final: false }],
    ["that it needs attention", "reversing", { needsAttention: true }],
    ["what is due", "reversing", dueAt(NOW, "timer")],
    ["that something is due", "reversed", dueAt(NOW)],
    ["its queue", "reversing", { labels: { ...lastCommitOf(1, "reversing").labels, queue: "another" } }],
    ["its client", "reversing", { labels: { ...lastCommitOf(1, "reversing").labels, client: "another" } }],
    ["no label", "reversing", { labels: {} }],
  ])("say %s, and are corrected, if the record says otherwise", async (_, sale, wrong) => {
    const outbox = await open();
    const { expectedVersion, record, due, labels } = lastCommitOf(1, sale);
    const version = expectedVersion + 1;
    await commitAll(outbox, ...saleUpTo(1, sale, wrong), createChange(2));
    expect(await unwrapAsync(outbox.check())).not.toEqual([]);

    expect(correctedIn(await correct(outbox))).toEqual([uuid(1)]);

    expect(await unwrapAsync(outbox.check())).toEqual([]);
    expect(await unwrapAsync(outbox.list({ limit: 1 }))).toMatchObject({
      records: [{ state: sale, version }],
    });
    expect(await load(outbox, uuid(1))).toEqual({
      id: uuid(1),
      version,
      record,
      committedAt: NOW,
      queue: labels?.queue,
      client: labels?.client,
      ...(due === undefined ? {} : { due }),
    });
    expect(await unwrapAsync(outbox.summary(NOW))).toMatchObject({ states: { requesting: 1, [sale]: 1 } });
  });

  it("stay as they are beside a record that agrees, or that cannot be read", async () => {
    const outbox = await open();
    await commitAll(outbox, ...saleUpTo(1, "reversing"), createChange(2, { ...dueAt(YEAR_3000), final: true }));

    expect(await correct(outbox)).toEqual({ corrected: [], damaged: [] });
    expect(await load(outbox, uuid(2))).toMatchObject({ due: { at: YEAR_3000 } });
  });

  testPagesAndRetention(open);
}

function testPagesAndRetention(open: OpenOutbox): void {
  it("make no new version: what was read before a correction can be committed after it", async () => {
    const outbox = await open();
    await commitAll(outbox, ...saleUpTo(1, "reversing", dueAt(YEAR_3000)));
    await correct(outbox);

    await commitAll(outbox, lastCommitOf(1, "reversed"));

    expect(await unwrapAsync(outbox.journal(uuid(1)))).toHaveLength(3);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("are compared page by page", async () => {
    const outbox = await open();
    const wrong = { needsAttention: true };
    await commitAll(outbox, ...[1, 2, 3].flatMap((n) => saleUpTo(n, n === 2 ? "reversed" : "reversing", wrong)));

    const first = await correct(outbox, { only: "unfinished", limit: 1 });
    expect(first).toMatchObject({ corrected: [{ id: uuid(1) }], next: uuid(1) });
    const second = await correct(outbox, { only: "unfinished", limit: 1, after: uuid(1) });
    expect(correctedIn(second)).toEqual([uuid(3)]);
    expect(second).not.toHaveProperty("next");
    expect(correctedIn(await correct(outbox))).toEqual([uuid(2)]);
  });

  it("never have retention take what is open: it asks the record, and the next page tells of it", async () => {
    const outbox = await open();
    await commitAll(
      outbox,
      ...saleUpTo(1, "reversing", { final: true, at: NOW - 2 }),
      ...saleUpTo(2, "requesting", { final: true, at: NOW - 1 }),
      ...saleUpTo(3, "reversed"),
    );

    const deleting = { deleteBefore: YEAR_3000 };
    expect(await applyRetention(outbox, deleting)).toMatchObject({ redacted: 0, deleted: 1, failed: [] });
    expect(await applyRetention(outbox, deleting)).toMatchObject({ redacted: 0, deleted: 0, failed: [] });

    expect(await unwrapAsync(outbox.list({ only: "unfinished", limit: 9 }))).toMatchObject({
      records: [{ id: uuid(1) }, { id: uuid(2) }],
    });
    expect(await claimIds(outbox, "a")).toEqual([uuid(1), uuid(2)]);
    expect(correctedIn(await correct(outbox))).toEqual([uuid(1), uuid(2)]);
    expect(await correct(outbox)).toEqual({ corrected: [], damaged: [] });
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("nor have it redact what is open", async () => {
    const outbox = await open();
    await commitAll(outbox, ...saleUpTo(1, "reversing", { final: true }));

    expect(await applyRetention(outbox, {})).toMatchObject({ redacted: 0, deleted: 0, failed: [] });
    expect(correctedIn(await correct(outbox))).toEqual([uuid(1)]);
  });
}
