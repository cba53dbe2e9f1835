// A process of its own: `holder.ts URL SCHEMA`. It opens the outbox, commits and leases some work, says `holds`, and never ends by itself.
import { holdUntilKilled } from "@electrum-vouchers/testkit";
import { openPostgresOutbox } from "../src/index.ts";

const [connectionString = "", schema = ""] = process.argv.slice(2);
const outbox = (await openPostgresOutbox({ connectionString, schema })).unwrapOr(undefined);
if (outbox === undefined) throw new Error("it must open");
await holdUntilKilled(outbox);
process.stdout.write("holds\n");
