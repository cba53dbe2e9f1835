import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createRetentionRules } from "@electrum-vouchers/core";
import type { Change, RetentionRequest, RetentionResult } from "@electrum-vouchers/core/ports";
import {
  STORED_AT,
  storedChange,
  storedRetention,
  unwrapAsync,
  unwrapErrorAsync,
  uuid,
} from "@electrum-vouchers/testkit";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesOf } from "../test/file-bytes.ts";
import { confirmedSale, declinedRedemption, SECRETS, unsettledSale } from "../test/stored-sales.ts";
import { type TemporaryStore, temporaryStore } from "../test/temporary-store.ts";
import type { SqliteOutbox } from "./sqlite-outbox.ts";

let store: TemporaryStore;
let outbox: SqliteOutbox;
beforeEach(async () => {
  store = temporaryStore();
  outbox = await store.open();
});
afterEach(() => store.remove());

/** Each secret that stands in a file of the store, with the file: the database, its WAL, its shared memory and all that is beside it. */
const findSecrets = (): readonly string[] =>
  readdirSync(store.directory).flatMap((name) => {
    const bytes = bytesOf(join(store.directory, name));
    return SECRETS.filter((secret) => bytes.includes(secret)).map((secret) => `${name}: ${secret}`);
  });

const secretsFound = (): readonly string[] => [...new Set(findSecrets().map((found) => found.split(": ")[1] ?? ""))];

/**
 * Commits transactions side by side, so that their texts grow in turn, and pages of the file are split and filled again. What is due is
 * claimed and postponed meanwhile.
 */
async function commitSideBySide(transactions: readonly (readonly Change[])[]): Promise<void> {
  const steps = Math.max(...transactions.map(({ length }) => length));
  for (let step = 0; step < steps; step += 1) {
    for (const each of transactions.flatMap((changes) => changes[step] ?? [])) await unwrapAsync(outbox.commit(each));
    const claim = {
      worker: "a",
      work: ["advice", "timer", "replyDeadline"],
      now: STORED_AT + 1e7,
      until: STORED_AT + 2e7,
      limit: 100,
    } as const;
    const { records } = await unwrapAsync(outbox.claim(claim));
    for (const { id, version } of records)
      await unwrapAsync(outbox.postpone({ id, version, at: STORED_AT, until: STORED_AT + 1, reason: "status 503" }));
  }
}

const redaction: RetentionRequest = storedRetention({
  redactBefore: STORED_AT + 1,
  redactUnsettledBefore: STORED_AT + 1,
  limit: 7,
  rules: createRetentionRules(),
});
const deletion: RetentionRequest = { ...redaction, deleteBefore: STORED_AT + 1 };

/** All the steps of a run. Gives the last one. */
async function runRetention(request: RetentionRequest): Promise<RetentionResult> {
  const result = await unwrapAsync(outbox.applyRetention(request));
  return result.next === undefined ? result : runRetention({ ...request, after: result.next });
}

const numbers = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => from + n);

const transactions = (): readonly (readonly Change[])[] => [
  ...numbers(100, 25).map(confirmedSale),
  ...numbers(200, 25).map(declinedRedemption),
  ...numbers(300, 5).map(unsettledSale),
];

describe("what retention says is erased", () => {
  it.each([
    ["redacted", redaction],
    ["deleted, but for what needs attention, which is redacted", deletion],
  ])("is in no byte of any file: %s", async (_, request) => {
    await commitSideBySide(transactions());
    expect(secretsFound().toSorted()).toEqual(SECRETS.toSorted());

    expect(await runRetention(request)).toMatchObject({ failed: [], isErased: true });

    expect(findSecrets()).toEqual([]);
    expect(await unwrapAsync(outbox.check())).toEqual([]);
  });

  it("is in no byte of any file though it was redacted first, and deleted later", async () => {
    await commitSideBySide(transactions());
    await runRetention(redaction);
    await commitSideBySide(numbers(400, 9).map(confirmedSale));

    expect(await runRetention(deletion)).toMatchObject({ isErased: true });
    expect(findSecrets()).toEqual([]);
  });

  it("is not said before the run has ended", async () => {
    await commitSideBySide(transactions());
    expect(await unwrapAsync(outbox.applyRetention(redaction))).toMatchObject({ redacted: 7, isErased: false });
  });

  it("is not said while another program reads what it was, and is true once that has ended", async () => {
    await commitSideBySide([confirmedSale(1)]);
    const reader = new Database(store.path, { readonly: true });
    reader.exec("BEGIN; SELECT * FROM transactions");

    expect(await runRetention(redaction)).toMatchObject({ redacted: 1, isErased: false });
    expect(findSecrets()).not.toEqual([]);
    expect(await runRetention(redaction)).toMatchObject({ redacted: 0, isErased: false });

    reader.exec("COMMIT");
    expect(await runRetention(redaction)).toMatchObject({ redacted: 0, isErased: true });
    expect(findSecrets()).toEqual([]);
    reader.close();
  });

  it("is gone for another process on the file as well, and after a restart", async () => {
    await commitSideBySide([confirmedSale(1), declinedRedemption(2)]);
    const other = await store.open();
    await unwrapAsync(other.load(uuid(1)));

    expect(await runRetention(redaction)).toMatchObject({ redacted: 2, isErased: true });
    expect(findSecrets()).toEqual([]);

    await unwrapAsync(other.close());
    await unwrapAsync(outbox.close());
    outbox = await store.open();
    expect(findSecrets()).toEqual([]);
  });
});

describe("what retention cannot redact", () => {
  it("is named, and stays for an operator to examine", async () => {
    const changes = confirmedSale(1);
    await commitSideBySide([changes.map((each, n) => (n === 3 ? { ...each, entry: "damaged CODE-4711" } : each))]);

    expect(await runRetention(deletion)).toMatchObject({ deleted: 1, failed: [] });
    await commitSideBySide([
      confirmedSale(2).map((each) => (each.final ? { ...each, record: "damaged CODE-4711" } : each)),
    ]);
    expect(await runRetention(deletion)).toMatchObject({ redacted: 0, deleted: 0, failed: [uuid(2)] });
    expect(findSecrets()).not.toEqual([]);
  });

  it("is what owes an advice, though a column said that it had finished", async () => {
    const open = confirmedSale(1)
      .slice(0, 5)
      .map((each, n) => (n === 4 ? { ...each, final: true } : each));
    await commitSideBySide([open]);

    expect(await runRetention(deletion)).toMatchObject({ redacted: 0, deleted: 0, failed: [] });
    expect(await unwrapAsync(outbox.load(uuid(1)))).toMatchObject({ record: open.at(-1)?.record });
    expect(await unwrapAsync(outbox.list({ only: "unfinished", limit: 1 }))).toMatchObject({
      records: [{ id: uuid(1) }],
    });
  });
});

it("no error of the outbox repeats what it was given", async () => {
  const bad = storedChange(1, { record: "CODE-4711", entry: "CODE-4711", kind: JSON.parse('"gift"') });

  expect(JSON.stringify(await unwrapErrorAsync(outbox.commit(bad)))).not.toContain("CODE-4711");
});
