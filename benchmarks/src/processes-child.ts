// Another process on a till's file.
//
//   processes-child.ts commit PATH COUNT   stores so many due confirmations, each in an outbox that it closes at once, and prints for
//                                          each its id, and when it had no owner any more
//   processes-child.ts crash PATH COUNT    begins so many sales that Electrum does not answer, prints for each its id and deadline, and
//                                          is killed
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { startTill } from "@electrum-vouchers/runtime";
import { policyOf } from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import { createProvisionRequest, createSaleSteps } from "./sample.ts";

/** Longer than the processes take to begin, so that all requests are under way when the process is killed. */
const REPLY_DEADLINE_MS = 1_000;

/** The commits come at any moment between two looks of the till, and some processes are known to it by then. */
const MAX_PAUSE_MS = 700;

const [mode, path = "", count = ""] = process.argv.slice(2);

/** One line for each event, written before the process goes on. */
const print = (id: string, at: number): void => void writeSync(1, `${id} ${at}\n`);

if (mode === "commit") {
  for (let commits = 0; commits < Number(count); commits += 1) {
    const outbox = openSqliteOutbox({ path })._unsafeUnwrap();
    await sleep(Math.random() * MAX_PAUSE_MS);
    const [, , confirming] = createSaleSteps();
    (await outbox.commit({ ...confirming, expectedVersion: 0 }))._unsafeUnwrap();
    (await outbox.close())._unsafeUnwrap();
    print(confirming.id, Date.now());
  }
} else {
  const begun = new Set<string>();
  const till = await startTill({
    outbox: openSqliteOutbox({ path })._unsafeUnwrap(),
    policy: policyOf({ retries: 0, replyDeadlineMs: REPLY_DEADLINE_MS }),
    newId: randomUUID,
    electrum: {
      send: ({ message }, deadlineAt) => {
        if ("id" in message) {
          print(message.id, deadlineAt);
          begun.add(message.id);
        }
        if (begun.size === Number(count)) process.kill(process.pid, "SIGKILL");
        return ResultAsync.fromSafePromise(new Promise<never>(() => {}));
      },
      close: () => {},
    },
  });
  await Promise.all(
    Array.from({ length: Number(count) }, async () => (await till.provision(createProvisionRequest()))._unsafeUnwrap()),
  );
}
