// A process of its own: `postponer.ts PATH COUNT`. Commits one transaction to the outbox at PATH, claims and postpones it COUNT times,
// and closes.
import { openSqliteOutbox } from "../src/index.ts";
import { change, done, NOW, uuid } from "./change.ts";

const [path = "", count = "1"] = process.argv.slice(2);
const outbox = openSqliteOutbox({ path }).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");

await done(outbox.commit(change(1)));
for (let n = 0; n < Number(count); n += 1) {
  await done(outbox.claim({ worker: "a", work: ["advice"], now: NOW + n, until: NOW + n + 1, limit: 1 }));
  await done(outbox.postpone({ id: uuid(1), version: 1, until: NOW + n + 1, why: "status 503" }));
}
await done(outbox.close());
