// A process of its own: `postponer.ts PATH COUNT`. It commits one transaction to the outbox at PATH, claims and postpones it COUNT
// times, and closes.
import { STORED_AT, storedChange, unwrapAsync, uuid } from "@electrum-vouchers/testkit";
import { openSqliteOutbox } from "../src/index.ts";

const [path = "", count = "1"] = process.argv.slice(2);
const outbox = openSqliteOutbox({ path }).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");

await unwrapAsync(outbox.commit(storedChange(1)));
for (let n = 0; n < Number(count); n += 1) {
  await unwrapAsync(
    outbox.claim({ worker: "a", work: ["advice"], now: STORED_AT + n, until: STORED_AT + n + 1, limit: 1 }),
  );
  await unwrapAsync(
    outbox.postpone({ id: uuid(1), version: 1, at: 0, until: STORED_AT + n + 1, reason: "status 503" }),
  );
}
await unwrapAsync(outbox.close());
