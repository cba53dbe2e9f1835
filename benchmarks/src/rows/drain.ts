import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { commitEach, finishedSale, newIds, putOffDone, queuedSale } from "../backlog.ts";
import { inFolder, withOutbox } from "../files.ts";
import { type HandWritten, handWritten } from "../hand-written.ts";
import { drainPlainjob } from "../plainjob.ts";
import { interleave, perSecond } from "../rounds.ts";
import { type Effort, type Row, rate } from "../row.ts";

/** How long a lease lasts: longer than a round. */
const FAR_MS = 60_000;

/** As many as the adapter commits together. */
const BATCH = 128;
const BATCH_BY_HAND = 32;

/** Whoever pays two fsyncs for each job is measured with fewer of them. */
const JOBS = 1_000;

/** What each becomes once it is acknowledged. */
type Acknowledged = (record: { readonly id: Uuid; readonly version: number; readonly record: string }) => Change;

/** 7: claim, do nothing, acknowledge. What an acknowledgement makes of a sale is known beforehand, for all alike. */
export async function drainRate({ rounds, backlog }: Effort): Promise<readonly Row[]> {
  const { ours, byHand, peer, shipped } = await interleave(
    {
      ours: () => withOutbox((outbox) => drainOurs(outbox, newIds(backlog))),
      byHand: () => inFolder(async (folder) => drainByHand(folder, newIds(backlog))),
      peer: () => inFolder((folder) => drainPlainjob(folder, jobs(backlog), "FULL")),
      shipped: () => inFolder((folder) => drainPlainjob(folder, jobs(backlog), "as shipped")),
    },
    rounds,
  );
  const measured = { number: 7, measure: "drain without HTTP", ours: rate(ours) };
  const hand = `hand-written outbox in batches of ${BATCH_BY_HAND}: ${rate(byHand)}`;
  // It waits for the disk twice for each job: once more to claim it.
  const fsyncUs = Math.round((1e6 / peer - 1e6 / shipped) / 2);
  const full = `plainjob forced to FULL: ${rate(peer)}, ${fsyncUs} us an fsync`;
  return [
    { ...measured, denominator: hand, ratio: ours / byHand, expected: { atLeast: 0.8 } },
    { ...measured, denominator: full, ratio: ours / peer, expected: { atLeast: 10 } },
    { ...measured, denominator: `plainjob as shipped, NORMAL: ${rate(shipped)}`, ratio: ours / shipped },
    // What any outbox in this process can reach that keeps the same rows.
    { number: 7, measure: `the ${hand.split(":")[0]}`, ours: rate(byHand), denominator: full, ratio: byHand / peer },
  ];
}

const jobs = (backlog: number): readonly string[] => newIds(Math.min(backlog, JOBS)).map((id) => queuedSale(id).record);

/** What each becomes, made before anybody measures. */
export function prepared(ids: readonly Uuid[]): Acknowledged {
  const changes = new Map(ids.map((id) => [id, finishedSale(id)]));
  return ({ id }) => {
    const change = changes.get(id);
    if (change === undefined) throw new RangeError("there is one for each");
    return change;
  };
}

async function drainOurs(outbox: SqliteOutbox, ids: readonly Uuid[]): Promise<number> {
  await commitEach(outbox, ids, queuedSale);
  const acknowledged = prepared(ids);
  return perSecond(ids.length, async () => void (await drain(outbox, ids.length, acknowledged)));
}

/** Claims, and commits what follows from an acknowledgement, until nothing is due or `most` are done. */
export async function drain(outbox: SqliteOutbox, most: number, acknowledged: Acknowledged): Promise<number> {
  let done = 0;
  while (done < most) {
    const now = Date.now() + 1;
    const limit = Math.min(BATCH, most - done);
    const claimed = await outbox.claim({ worker: "bench", work: ["advice"], now, until: now + FAR_MS, limit });
    const { records } = claimed._unsafeUnwrap();
    if (records.length === 0) break;
    for (const result of await Promise.all(records.map((record) => outbox.commit(acknowledged(record)))))
      result._unsafeUnwrap();
    done += records.length;
  }
  await putOffDone();
  return done;
}

function drainByHand(folder: string, ids: readonly Uuid[]): Promise<number> {
  const database = handWritten(folder);
  database.saveAll(ids.map(queuedSale));
  return drainHand(database, ids.length, prepared(ids)).finally(() => database.close());
}

/** The same by hand. */
export const drainHand = (database: HandWritten, count: number, acknowledged: Acknowledged): Promise<number> =>
  perSecond(count, () => {
    for (;;) {
      const now = Date.now() + 1;
      const rows = database.claim(BATCH_BY_HAND, now, now + FAR_MS);
      if (rows.length === 0) return;
      database.saveAll(rows.map(acknowledged));
    }
  });
