// A process of its own: `committer.ts PATH COUNT [AT_ONCE]`. It commits COUNT new transactions to the outbox at PATH, AT_ONCE at a
// time, prints each id once its commit has resolved, and closes. After the first error it prints `failed` and the error's type, and
// ends.
import { randomUUID } from "node:crypto";
import { storedChange, unwrapAsync } from "@electrum-vouchers/testkit";
import { openSqliteOutbox } from "../src/index.ts";

const [path = "", count = "1", atOnce = "1"] = process.argv.slice(2);
const outbox = openSqliteOutbox({ path, busyTimeoutMs: 10_000 }).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");

let left = Number(count);

async function commitAll(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const id = randomUUID();
    const committed = await outbox?.commit(storedChange(0, { id, record: `${id} ${"x".repeat(1_000)}` }));
    if (committed?.isErr() === true) {
      left = 0;
      process.stdout.write(`failed ${committed.error.type}\n`);
    } else process.stdout.write(`${id}\n`);
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, commitAll));
await unwrapAsync(outbox.close());
