import { join } from "node:path";
import type { Change } from "@electrum-vouchers/core/ports";
import { observed } from "@electrum-vouchers/runtime/drive";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { decode } from "@electrum-vouchers/core";
import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";
import { inFolder, withOutbox } from "../files.ts";
import { handWritten } from "../hand-written.ts";
import { interleave, perSecond } from "../rounds.ts";
import { type Effort, type Row, rate } from "../row.ts";
import { acknowledgement, changeIn, saleSteps } from "../sample.ts";

const FAR = 60_000;

/** Ours takes what the port's claim gives; the bound of a batch is the adapter's own. */
const CLAIM = 128;
const BATCH_BY_HAND = 32;

/** Brings sales up to their confirmation, which is then due. */
export async function fill(outbox: Pick<SqliteOutbox, "commit">, count: number): Promise<void> {
  const CHUNK = 1_000;
  for (let done = 0; done < count; done += CHUNK) {
    const sales = Array.from({ length: Math.min(CHUNK, count - done) }, saleSteps);
    for (const step of [0, 1, 2] as const) {
      const results = await Promise.all(sales.map((sale) => outbox.commit(sale[step])));
      for (const result of results) result._unsafeUnwrap();
    }
  }
}

/** Claims, has each acknowledged by nobody, and commits what follows, until nothing is due or `most` are done. */
export async function drain(outbox: SqliteOutbox, most: number): Promise<number> {
  let done = 0;
  while (done < most) {
    const now = Date.now() + 1;
    const claimed = await outbox.claim({ worker: "bench", work: ["advice"], now, until: now + FAR, limit: CLAIM });
    const { records } = claimed._unsafeUnwrap();
    if (records.length === 0) break;
    const commits = records.map(({ record, version }) => outbox.commit(acknowledged(record, version)));
    for (const result of await Promise.all(commits)) result._unsafeUnwrap();
    done += records.length;
  }
  return done;
}

function acknowledged(record: string, version: number): Change {
  const transaction = decode(record)._unsafeUnwrap();
  return changeIn(observed({ transaction, version }, acknowledgement(transaction)));
}

/** 7: the forwarder's way through a backlog, without the network. */
export async function drainRate({ rounds, backlog }: Effort): Promise<readonly Row[]> {
  const { ours, byHand, peer } = await interleave(
    {
      ours: () =>
        withOutbox(async (outbox) => {
          await fill(outbox, backlog);
          return perSecond(backlog, async () => void (await drain(outbox, backlog)));
        }),
      byHand: () => inFolder((folder) => drainByHand(folder, backlog)),
      peer: () => inFolder((folder) => drainPlainjob(folder, Math.min(backlog, 1_000))),
    },
    rounds,
  );
  return [
    {
      number: 7,
      measure: "drain without HTTP",
      ours: rate(ours),
      denominator: `hand-written outbox in batches of ${BATCH_BY_HAND}: ${rate(byHand)}`,
      ratio: ours / byHand,
      expected: { atLeast: 0.8 },
    },
    {
      number: 7,
      measure: "drain without HTTP",
      ours: rate(ours),
      denominator: `plainjob forced to FULL: ${rate(peer)}`,
      ratio: ours / peer,
      expected: { atLeast: 10 },
    },
  ];
}

/** The same rows, the same record read and written, by hand. */
async function drainByHand(folder: string, backlog: number): Promise<number> {
  const database = handWritten(folder);
  const sales = Array.from({ length: backlog }, saleSteps);
  for (const step of [0, 1, 2] as const) database.saveAll(sales.map((sale) => sale[step]));
  const figure = await perSecond(backlog, () => {
    for (;;) {
      const now = Date.now() + 1;
      const rows = database.claim(BATCH_BY_HAND, now, now + FAR);
      if (rows.length === 0) return;
      database.saveAll(rows.map(({ record }) => acknowledged(record, 3)));
    }
  });
  database.close();
  return figure;
}

async function drainPlainjob(folder: string, backlog: number): Promise<number> {
  const database = new Database(join(folder, "jobs.db"));
  const queue = defineQueue({ connection: better(database) });
  database.pragma("synchronous = FULL");
  const [, , confirming] = saleSteps();
  for (let index = 0; index < backlog; index += 1) queue.add("advice", confirming.record);
  const figure = await perSecond(backlog, () => {
    for (let next = take(); next !== undefined; next = take()) queue.markJobAsDone(next.id);
  });
  queue.close();
  return figure;

  function take(): { id: number } | undefined {
    const job = queue.getAndMarkJobAsProcessing("advice");
    if (job !== undefined) queue.getJobById(job.id);
    return job;
  }
}
