// A till process that crashes during its work: `reopening-child.ts fill PATH COUNT` leaves so many confirmations that
// wait to be sent; `reopening-child.ts reopen PATH` prints how many milliseconds it took until the first was sent.
import { writeSync } from "node:fs";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { startTill } from "@electrum-vouchers/runtime";
import { ResultAsync } from "neverthrow";
import { commitEach } from "./backlog.ts";
import { samplePolicy, createSaleSteps } from "./sample.ts";

const [mode, path = "", count = ""] = process.argv.slice(2);
const startedMs = performance.now();
const outbox = openSqliteOutbox({ path })._unsafeUnwrap();

if (mode === "fill") {
  const MAX_CONCURRENT = 1_000;
  for (let left = Number(count); left > 0; left -= MAX_CONCURRENT) {
    const sales = Array.from({ length: Math.min(MAX_CONCURRENT, left) }, createSaleSteps);
    for (const step of [0, 1, 2] as const) await commitEach(outbox, sales, (sale) => sale[step]);
  }
  crash();
}

await startTill({
  outbox,
  policy: samplePolicy,
  electrum: {
    send: () => {
      writeSync(1, `${performance.now() - startedMs}`);
      crash();
      return ResultAsync.fromSafePromise(new Promise<never>(() => {}));
    },
    close: () => {},
  },
});

/** The process crashes: nothing is closed, and there is no checkpoint. */
function crash(): void {
  process.kill(process.pid, "SIGKILL");
}
