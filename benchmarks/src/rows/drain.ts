import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { commitEach, finishedSale, newIds, putOffDone, queuedSale, withoutContent } from "../backlog.ts";
import { inFolder, withOutbox } from "../files.ts";
import { type HandWritten, handWritten } from "../hand-written.ts";
import { drainPlainjob } from "../plainjob.ts";
import { interleave, perSecond } from "../rounds.ts";
import { type Effort, type Row, rate } from "../row.ts";

/** How long a lease lasts: longer than a round. */
export const FAR_MS = 60_000;

/** As many as the adapter commits together. */
export const BATCH = 128;

/** As many as peers and most hand-written ones do. */
const SMALL_BATCH = 32;

/** Whoever pays two fsyncs for each job is measured with fewer of them. */
const JOBS = 1_000;

/** What each becomes once it is acknowledged. */
type Acknowledged = (record: { readonly id: Uuid; readonly version: number; readonly record: string }) => Change;

/** What is queued for a sale, and what its acknowledgement makes of it: known beforehand, for all alike. */
interface Content {
  readonly queued: (id: Uuid) => Change;
  readonly finished: (id: Uuid) => Change;
}

const whole: Content = { queued: queuedSale, finished: finishedSale };

const none: Content = {
  queued: (id) => withoutContent(queuedSale(id)),
  finished: (id) => withoutContent(finishedSale(id)),
};

/** 7: claim, do nothing, acknowledge. */
export async function drainRate({ rounds, backlog }: Effort): Promise<readonly Row[]> {
  const { ours, byHand, byHandOfMany, peer, shipped, oursOfNone, byHandOfNone, peerOfNone } = await interleave(
    {
      ours: () => withOutbox((outbox) => drainOurs(outbox, newIds(backlog), whole)),
      byHand: () => inFolder((folder) => drainByHand(folder, newIds(backlog), whole, SMALL_BATCH)),
      byHandOfMany: () => inFolder((folder) => drainByHand(folder, newIds(backlog), whole, BATCH)),
      peer: () => inFolder((folder) => drainPlainjob(folder, jobs(backlog, whole), "FULL")),
      shipped: () => inFolder((folder) => drainPlainjob(folder, jobs(backlog, whole), "as shipped")),
      oursOfNone: () => withOutbox((outbox) => drainOurs(outbox, newIds(backlog), none)),
      byHandOfNone: () => inFolder((folder) => drainByHand(folder, newIds(backlog), none, BATCH)),
      peerOfNone: () => inFolder((folder) => drainPlainjob(folder, jobs(backlog, none), "FULL")),
    },
    rounds,
  );
  const measured = { number: 7, measure: `drain without HTTP, in batches of ${BATCH}`, ours: rate(ours) };
  const byHandIn = (batch: number, figure: number): string =>
    `hand-written outbox in batches of ${batch}: ${rate(figure)}`;
  // It waits for the disk twice for each job: once more to claim it.
  const fsyncUs = Math.round((1e6 / peer - 1e6 / shipped) / 2);
  const full = `plainjob forced to FULL: ${rate(peer)}, ${fsyncUs} us an fsync`;
  const fullOfNone = `plainjob forced to FULL: ${rate(peerOfNone)}`;
  const measuredOfNone = { ...measured, measure: "drain of rows without content", ours: rate(oursOfNone) };
  return [
    { ...measured, denominator: byHandIn(SMALL_BATCH, byHand), ratio: ours / byHand, expected: { atLeast: 0.8 } },
    { ...measured, denominator: byHandIn(BATCH, byHandOfMany), ratio: ours / byHandOfMany },
    { ...measured, denominator: full, ratio: ours / peer, expected: { atLeast: 10 } },
    { ...measured, denominator: `plainjob as shipped, NORMAL: ${rate(shipped)}`, ratio: ours / shipped },
    { ...measuredOfNone, denominator: byHandIn(BATCH, byHandOfNone), ratio: oursOfNone / byHandOfNone },
    { ...measuredOfNone, denominator: fullOfNone, ratio: oursOfNone / peerOfNone },
  ];
}

const jobs = (backlog: number, { queued }: Content): readonly string[] =>
  newIds(Math.min(backlog, JOBS)).map((id) => queued(id).record);

/** What each becomes, made before anybody measures. */
export function prepared(ids: readonly Uuid[], finished: (id: Uuid) => Change = finishedSale): Acknowledged {
  const changes = new Map(ids.map((id) => [id, finished(id)]));
  return ({ id }) => {
    const change = changes.get(id);
    if (change === undefined) throw new RangeError("there is one for each");
    return change;
  };
}

async function drainOurs(outbox: SqliteOutbox, ids: readonly Uuid[], { queued, finished }: Content): Promise<number> {
  await commitEach(outbox, ids, queued);
  const acknowledged = prepared(ids, finished);
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

function drainByHand(
  folder: string,
  ids: readonly Uuid[],
  { queued, finished }: Content,
  batch: number,
): Promise<number> {
  const database = handWritten(folder);
  database.saveAll(ids.map(queued));
  return drainHand(database, ids.length, batch, prepared(ids, finished)).finally(() => database.close());
}

/** The same by hand. */
export const drainHand = (
  database: HandWritten,
  count: number,
  batch: number,
  acknowledged: Acknowledged,
): Promise<number> =>
  perSecond(count, () => {
    for (;;) {
      const now = Date.now() + 1;
      const rows = database.claim(batch, now, now + FAR_MS);
      if (rows.length === 0) return;
      database.saveAll(rows.map(acknowledged));
    }
  });
