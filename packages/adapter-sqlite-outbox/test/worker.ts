// A process of its own: `worker.ts PATH NAME`. It claims what is due in the outbox at PATH, a few records at a time, prints the id
// of each and finishes it, until nothing is left.
import { STORED_AT, storedChange, unwrapAsync } from "@electrum-vouchers/testkit";
import { openSqliteOutbox } from "../src/index.ts";

const [path = "", worker = "worker"] = process.argv.slice(2);
const outbox = openSqliteOutbox({ path, busyTimeoutMs: 10_000 }).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");

const request = { worker, work: ["advice"], now: STORED_AT, until: STORED_AT + 60_000, limit: 3 } as const;
let { records } = await unwrapAsync(outbox.claim(request));
while (records.length > 0) {
  for (const { id, version } of records) {
    const { due: _, ...finished } = storedChange(0, { id, expectedVersion: version, state: "confirmed", final: true });
    await unwrapAsync(outbox.commit(finished));
    process.stdout.write(`${id}\n`);
  }
  ({ records } = await unwrapAsync(outbox.claim(request)));
}
await unwrapAsync(outbox.close());
