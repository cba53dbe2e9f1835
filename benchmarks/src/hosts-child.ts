// A till of one host: `hosts-child.ts URL COUNT CONCURRENCY STORE…`. It opens the store, says `ready`, and once it is told to, makes so
// many whole sales. Then it prints what they took, as JSON.
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Uuid } from "@electrum-vouchers/core";
import { startTill } from "@electrum-vouchers/runtime";
import { openHostStore } from "./host-store.ts";
import { runConcurrently } from "./run-concurrently.ts";
import { createProvisionRequest, samplePolicy } from "./sample.ts";
import { createElectrumAt } from "./whole-sales.ts";

/** What the sales of one process took. */
export interface HostFigures {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  /** How many confirmations it delivered of sales that another process made. */
  readonly deliveredForOthers: number;
}

const [url = "", count = "", concurrency = "", place = "", schema] = process.argv.slice(2);
const outbox = await openHostStore(schema === undefined ? [place] : [place, schema]);
const electrum = createElectrumAt(url, "node");
const own = new Set<Uuid>();
let deliveredForOthers = 0;
const till = await startTill({
  electrum,
  outbox,
  policy: samplePolicy,
  forwarding: { concurrency: Number(concurrency) },
  onEvent: (event) => {
    if (event.type === "sent" && event.operation === "confirmVoucher" && !own.has(event.id)) deliveredForOthers += 1;
  },
});

async function sellOne(): Promise<void> {
  const request = createProvisionRequest();
  own.add(request.id);
  const sale = (await till.provision(request))._unsafeUnwrap();
  (await till.confirm(sale.id, []))._unsafeUnwrap();
  (await till.finalized(sale.id))._unsafeUnwrap();
}

// The first ones compile the code, and open the connections.
await runConcurrently(Number(concurrency), Number(concurrency), sellOne);
process.stdout.write("ready\n");
await once(createInterface({ input: process.stdin }), "line");
const startedCpu = process.cpuUsage();
const startedMs = performance.now();
await runConcurrently(Number(count), Number(concurrency), sellOne);
const elapsedMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(startedCpu);
process.stdout.write(`${JSON.stringify({ elapsedMs, cpuMs: (user + system) / 1_000, deliveredForOthers })}\n`);
await till.stop();
electrum.close();
(await outbox.close())._unsafeUnwrap();
process.exit();
