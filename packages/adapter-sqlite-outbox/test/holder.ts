// A process of its own: `holder.ts PATH`. It opens the outbox, commits and leases some work, says `holds`, and never ends by itself.
import { holdUntilKilled } from "@electrum-vouchers/testkit";
import { openSqliteOutbox } from "../src/index.ts";

const [path = ""] = process.argv.slice(2);
const outbox = openSqliteOutbox({ path }).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");
await holdUntilKilled(outbox);
process.stdout.write("holds\n");
setInterval(() => {}, 60_000);
