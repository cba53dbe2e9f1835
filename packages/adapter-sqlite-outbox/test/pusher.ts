// A process of its own: `pusher.ts PATH NAME`. Commits new transactions, claims what is due and finishes most of it, postpones the
// rest, and never ends by itself. Says `+ID` once a commit has resolved, and `-ID` once one is finished.
import { randomUUID } from "node:crypto";
import { STORED_AT, storedChange, unwrapAsync } from "@electrum-vouchers/testkit";
import { openSqliteOutbox } from "../src/index.ts";

const [path = "", worker = "pusher"] = process.argv.slice(2);
const outbox = openSqliteOutbox({ path, busyTimeoutMs: 10_000 }).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");

for (let round = 0; ; round += 1) {
  const ids = Array.from({ length: 1 + (round % 5) }, () => randomUUID());
  for (const id of ids) {
    await unwrapAsync(outbox.commit(storedChange(0, { id, labels: { queue: `q${round % 3}` } })));
    process.stdout.write(`+${id}\n`);
  }
  const { records } = await unwrapAsync(
    outbox.claim({ worker, work: ["advice"], now: STORED_AT, until: STORED_AT + 1, limit: 3, deliveries: "first" }),
  );
  for (const [index, { id, version }] of records.entries()) {
    if (index === 2) {
      await unwrapAsync(
        outbox.postpone({ id, version, at: STORED_AT, until: STORED_AT + 60_000, reason: "status 503" }),
      );
      continue;
    }
    const { due: _, ...finished } = storedChange(0, { id, expectedVersion: version, state: "confirmed", final: true });
    const result = await outbox.commit(finished);
    if (result.isOk()) process.stdout.write(`-${id}\n`);
    else if (result.error.type !== "conflict") throw new Error(result.error.type);
  }
}
