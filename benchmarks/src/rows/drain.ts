import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Uuid } from "@electrum-vouchers/core";
import type { Change, Outbox } from "@electrum-vouchers/core/ports";
import { commitEach, toFinishedSale, createIds, awaitDeferredWork, toQueuedSale, withoutContent } from "../backlog.ts";
import { withTemporaryFolder, withOutbox } from "../files.ts";
import { type HandWrittenOutbox, openHandWrittenOutbox } from "../hand-written-outbox.ts";
import { drainPlainjob } from "../plainjob.ts";
import { interleave, measurePerSecond } from "../rounds.ts";
import { type Effort, type BenchmarkRow, formatRate } from "../row.ts";

/** How long a lease lasts. It is longer than a round. */
export const LEASE_MS = 60_000;

/** As many as the adapter commits together. */
export const BATCH_SIZE = 128;

/** As many as other libraries and most hand-written outboxes commit together. */
const SMALL_BATCH_SIZE = 32;

/** A contender that takes two fsyncs for each job is measured with fewer jobs. */
const JOBS = 1_000;

/** The record of each once it is acknowledged. */
type AcknowledgedChange = (record: { readonly id: Uuid; readonly version: number; readonly record: string }) => Change;

/** What is queued for a sale, and its record after the acknowledgement. Both are known beforehand, and are the same for all contenders. */
interface Content {
  readonly queued: (id: Uuid) => Change;
  readonly finished: (id: Uuid) => Change;
}

const withRecords: Content = { queued: toQueuedSale, finished: toFinishedSale };

const withoutRecords: Content = {
  queued: (id) => withoutContent(toQueuedSale(id)),
  finished: (id) => withoutContent(toFinishedSale(id)),
};

/** 7: claim, do nothing, acknowledge. */
export async function measureDrain({ rounds, backlog }: Effort): Promise<readonly BenchmarkRow[]> {
  const { ours, byHand, byHandOfMany, peer, shipped, oursOfNone, byHandOfNone, peerOfNone } = await interleave(
    {
      ours: () => withOutbox((outbox) => drainOurs(outbox, createIds(backlog), withRecords)),
      byHand: () =>
        withTemporaryFolder((folder) => drainByHand(folder, createIds(backlog), withRecords, SMALL_BATCH_SIZE)),
      byHandOfMany: () =>
        withTemporaryFolder((folder) => drainByHand(folder, createIds(backlog), withRecords, BATCH_SIZE)),
      peer: () => withTemporaryFolder((folder) => drainPlainjob(folder, jobs(backlog, withRecords), "FULL")),
      shipped: () => withTemporaryFolder((folder) => drainPlainjob(folder, jobs(backlog, withRecords), "as shipped")),
      oursOfNone: () => withOutbox((outbox) => drainOurs(outbox, createIds(backlog), withoutRecords)),
      byHandOfNone: () =>
        withTemporaryFolder((folder) => drainByHand(folder, createIds(backlog), withoutRecords, BATCH_SIZE)),
      peerOfNone: () => withTemporaryFolder((folder) => drainPlainjob(folder, jobs(backlog, withoutRecords), "FULL")),
    },
    rounds,
  );
  const measured = { number: 7, measure: `drain without HTTP, in batches of ${BATCH_SIZE}`, ours: formatRate(ours) };
  const byHandIn = (batchSize: number, figure: number): string =>
    `hand-written outbox in batches of ${batchSize}: ${formatRate(figure)}`;
  // It waits for the disk twice for each job: to claim it and to finish it.
  const fsyncUs = Math.round((1e6 / peer - 1e6 / shipped) / 2);
  const full = `plainjob forced to FULL: ${formatRate(peer)}, ${fsyncUs} us an fsync`;
  const fullOfNone = `plainjob forced to FULL: ${formatRate(peerOfNone)}`;
  const measuredOfNone = { ...measured, measure: "drain of rows without content", ours: formatRate(oursOfNone) };
  return [
    { ...measured, denominator: byHandIn(SMALL_BATCH_SIZE, byHand), ratio: ours / byHand, expected: { atLeast: 0.8 } },
    { ...measured, denominator: byHandIn(BATCH_SIZE, byHandOfMany), ratio: ours / byHandOfMany },
    { ...measured, denominator: full, ratio: ours / peer, expected: { atLeast: 10 } },
    { ...measured, denominator: `plainjob as shipped, NORMAL: ${formatRate(shipped)}`, ratio: ours / shipped },
    { ...measuredOfNone, denominator: byHandIn(BATCH_SIZE, byHandOfNone), ratio: oursOfNone / byHandOfNone },
    { ...measuredOfNone, denominator: fullOfNone, ratio: oursOfNone / peerOfNone },
  ];
}

const jobs = (backlog: number, { queued }: Content): readonly string[] =>
  createIds(Math.min(backlog, JOBS)).map((id) => queued(id).record);

/** The record that each becomes. It is made before the measurement. */
export function prepareChanges(
  ids: readonly Uuid[],
  finished: (id: Uuid) => Change = toFinishedSale,
): AcknowledgedChange {
  const changes = new Map(ids.map((id) => [id, finished(id)]));
  return ({ id }) => {
    const change = changes.get(id);
    if (change === undefined) throw new RangeError("there is one for each");
    return change;
  };
}

async function drainOurs(outbox: SqliteOutbox, ids: readonly Uuid[], { queued, finished }: Content): Promise<number> {
  await commitEach(outbox, ids, queued);
  const acknowledge = prepareChanges(ids, finished);
  return measurePerSecond(ids.length, async () => void (await drain(outbox, ids.length, acknowledge)));
}

/** Claims advices and commits their acknowledgements, until nothing is due or `most` are done. */
export async function drain(outbox: Outbox, maxCount: number, acknowledge: AcknowledgedChange): Promise<number> {
  let done = 0;
  while (done < maxCount) {
    const now = Date.now() + 1;
    const limit = Math.min(BATCH_SIZE, maxCount - done);
    const claimed = await outbox.claim({ worker: "bench", work: ["advice"], now, until: now + LEASE_MS, limit });
    const { records } = claimed._unsafeUnwrap();
    if (records.length === 0) break;
    for (const result of await Promise.all(records.map((record) => outbox.commit(acknowledge(record)))))
      result._unsafeUnwrap();
    done += records.length;
  }
  await awaitDeferredWork();
  return done;
}

function drainByHand(
  folder: string,
  ids: readonly Uuid[],
  { queued, finished }: Content,
  batchSize: number,
): Promise<number> {
  const database = openHandWrittenOutbox(folder);
  database.saveAll(ids.map(queued));
  return drainHandWritten(database, ids.length, batchSize, prepareChanges(ids, finished)).finally(() =>
    database.close(),
  );
}

/** The same, written by hand. */
export const drainHandWritten = (
  database: HandWrittenOutbox,
  count: number,
  batchSize: number,
  acknowledge: AcknowledgedChange,
): Promise<number> =>
  measurePerSecond(count, () => {
    for (;;) {
      const now = Date.now() + 1;
      const rows = database.claim(batchSize, now, now + LEASE_MS);
      if (rows.length === 0) return;
      database.saveAll(rows.map(acknowledge));
    }
  });
