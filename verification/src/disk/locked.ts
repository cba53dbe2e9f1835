import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { differences, type Ledger } from "./ledger.ts";
import { startNeighbour } from "./neighbour.ts";
import { closed, commitAll, committing, differencesInFile, openFile, opened } from "./outbox.ts";
import { at, type Outcome } from "./outcome.ts";
import { ALL_DUE_AT, HELD_UNTIL } from "./workload.ts";

/** Another process has begun to write to the file, and does not end. */
export async function lockedByAnother(path: string, ledger: Ledger): Promise<Outcome> {
  const outbox = opened(path);
  const [before, after] = [ledger.slice(0, ledger.length / 2), ledger.slice(ledger.length / 2)];
  await commitAll(outbox, before);
  const neighbour = await startNeighbour("lock", path);
  const failures = [
    ...at("while it is locked", [...(await writingFaults(outbox, after)), ...(await differences(outbox, before))]),
    ...at(
      "opening what is locked",
      openFile(path).match(
        () => ["it opens"],
        ({ type }) => (type === "locked" ? [] : [`it is called ${type}`]),
      ),
    ),
  ];
  await neighbour.leave();
  await commitAll(outbox, after);
  await closed(outbox);
  return { points: 5, failures: [...failures, ...at("once it is free", await differencesInFile(path, ledger))] };
}

/** Whatever would write is refused, for that reason. */
async function writingFaults(outbox: SqliteOutbox, [change]: Ledger): Promise<readonly string[]> {
  if (change === undefined) return ["there is nothing left to commit"];
  const error = await committing(outbox, change);
  const held: readonly Result<unknown, OutboxUnavailable>[] = [
    await outbox.claim({ worker: "till", work: ["advice"], now: ALL_DUE_AT, until: HELD_UNTIL, limit: 1 }),
    await outbox.postpone({ id: change.id, version: 1, until: HELD_UNTIL, why: "locked" }),
    await outbox.release({ worker: "till" }),
  ];
  const reasons = held.map((result) =>
    result.match(
      () => "done",
      ({ reason }) => reason,
    ),
  );
  return [error?.type === "unavailable" ? error.reason : "done", ...reasons].flatMap((reason) =>
    reason === "busy" ? [] : [`a write is ${reason}, not busy`],
  );
}
