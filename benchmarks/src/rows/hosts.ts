// 20 to 28: the outbox on PostgreSQL, beside SQLite in the same run. The server, the stub of Electrum and the tills share the machine.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openPostgresOutbox, type PostgresOutbox } from "@electrum-vouchers/adapter-postgres-outbox";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { Uuid } from "@electrum-vouchers/core";
import { startTill } from "@electrum-vouchers/runtime";
import { type DatabaseSchema, givenOrStartedServer } from "postgres-server";
import { approvingElectrum } from "../approving-electrum.ts";
import { commitEach, createIds, toFinishedSale, toQueuedSale } from "../backlog.ts";
import { withOutbox, withTemporaryFolder } from "../files.ts";
import { type HostsFigures, sellOnHosts } from "../host-processes.ts";
import { countWalFsyncs, readServerCpuMs, withPostgresOutbox, withSchema } from "../postgres.ts";
import { interleave, measurePerSecond, quantile } from "../rounds.ts";
import { type BenchmarkRow, type Effort, formatMs, formatRate } from "../row.ts";
import { createSaleSteps, samplePolicy } from "../sample.ts";
import { BATCH_SIZE, drain, LEASE_MS, prepareChanges } from "./drain.ts";

/** Sales in flight, of all processes together. */
const CONCURRENCY = 64;

/** Sales of one process in a round, for each sale of the other rows. */
const SALES_FACTOR = 8;

export async function measureHosts(effort: Effort): Promise<readonly BenchmarkRow[]> {
  const electrum = fork(new URL("../stub-electrum.ts", import.meta.url));
  const message: readonly unknown[] = await once(electrum, "message");
  const server = await givenOrStartedServer();
  try {
    return [
      ...(await measureSales(server.url, String(message[0]), effort)),
      await measureDrain(server.url, effort),
      ...(await measureClaims(server.url, effort)),
      await measureWakeUp(server.url, effort),
    ];
  } finally {
    await server.stop();
    electrum.disconnect();
  }
}

/** Runs of one number of processes on one kind of store, beside what the server took. */
interface Runs extends HostsFigures {
  readonly serverCpuMsPerSale: number;
  readonly walFsyncsPerSale: number;
}

async function measureSales(
  url: string,
  electrumUrl: string,
  { rounds, sales }: Effort,
): Promise<readonly BenchmarkRow[]> {
  const count = sales * SALES_FACTOR;
  const planOf = (processes: number) => ({ processes, sales: count, concurrency: CONCURRENCY / processes });
  const runs = new Map<string, Runs[]>();
  const keep = (name: string, run: Runs): number => {
    runs.set(name, [...(runs.get(name) ?? []), run]);
    return run.perSecond;
  };
  const onFile = (processes: number) => async () =>
    keep(`file ${processes}`, await withTemporaryFolder((folder) => sellOnFile(join(folder, "outbox.db"), processes)));
  const onServer = (processes: number) => async () => keep(`server ${processes}`, await sellOnServer(processes));

  async function sellOnFile(path: string, processes: number): Promise<Runs> {
    const figures = await sellOnHosts([path], electrumUrl, planOf(processes));
    return { ...figures, serverCpuMsPerSale: 0, walFsyncsPerSale: 0 };
  }

  function sellOnServer(processes: number): Promise<Runs> {
    return withSchema(url, async ({ name }) => {
      const read = () => Promise.all([readServerCpuMs(url), countWalFsyncs(url)]);
      let before = read();
      const figures = await sellOnHosts([url, name], electrumUrl, planOf(processes), () => {
        before = read();
      });
      const [[cpuBefore, fsyncsBefore], [cpu, fsyncs]] = await Promise.all([before, read()]);
      return {
        ...figures,
        serverCpuMsPerSale: (cpu - cpuBefore) / count,
        walFsyncsPerSale: (fsyncs - fsyncsBefore) / count,
      };
    });
  }

  await interleave(
    { file1: onFile(1), server1: onServer(1), file2: onFile(2), file4: onFile(4), server4: onServer(4) },
    rounds,
  );
  return toSalesRows((name, valueOf) => quantile((runs.get(name) ?? []).slice(1).map(valueOf), 0.5));
}

function toSalesRows(median: (name: string, valueOf: (run: Runs) => number) => number): readonly BenchmarkRow[] {
  const rate = (name: string): number => median(name, ({ perSecond }) => perSecond);
  const cpu = (name: string): number => median(name, ({ cpuMsPerSale }) => cpuMsPerSale);
  const serverCpu = median("server 1", ({ serverCpuMsPerSale }) => serverCpuMsPerSale);
  const fsyncs = median("server 1", ({ walFsyncsPerSale }) => walFsyncsPerSale);
  const others = median("server 4", ({ deliveredByOthers }) => deliveredByOthers);
  const compared = (number: number, measure: string, ours: string, theirs: string): BenchmarkRow => ({
    number,
    measure,
    ours: formatRate(rate(ours)),
    denominator: `${theirs}: ${formatRate(rate(theirs === "SQLite, one process" ? "file 1" : "file 4"))}`,
    ratio: rate(ours) / rate(theirs === "SQLite, one process" ? "file 1" : "file 4"),
  });
  return [
    {
      ...compared(20, "whole sales on PostgreSQL, one process", "server 1", "SQLite, one process"),
      expected: { atLeast: 0.6 },
    },
    {
      ...compared(21, "whole sales on PostgreSQL, four processes", "server 4", "SQLite, one process"),
      expected: { atLeast: 0.65 },
    },
    compared(21, "whole sales on PostgreSQL, four processes", "server 4", "SQLite, four processes on one file"),
    compared(22, "whole sales on one SQLite file, two processes", "file 2", "SQLite, one process"),
    compared(22, "whole sales on one SQLite file, four processes", "file 4", "SQLite, one process"),
    {
      number: 23,
      measure: "CPU of the till for a sale on PostgreSQL",
      ours: formatMs(cpu("server 1")),
      denominator: `on SQLite: ${formatMs(cpu("file 1"))}`,
      ratio: cpu("server 1") / cpu("file 1"),
      expected: { atMost: 1.45 },
    },
    {
      number: 23,
      measure: "CPU of PostgreSQL for a sale",
      ours: formatMs(serverCpu),
      denominator: `of the till: ${formatMs(cpu("server 1"))}`,
      ratio: serverCpu / cpu("server 1"),
      expected: { atMost: 0.6 },
    },
    {
      number: 24,
      measure: `WAL fsyncs for a sale, ${CONCURRENCY} in flight`,
      ours: fsyncs.toFixed(3),
      denominator: "by the server's count",
      ratio: fsyncs,
      expected: { atMost: 0.5 },
    },
    {
      number: 25,
      measure: "confirmations delivered by another process than the sale's, of four",
      ours: `${(others * 100).toFixed(2)} %`,
      denominator: "of all",
      ratio: others,
      expected: { atMost: 0.01 },
    },
  ];
}

/** Claims and commits overlapped: the next claim is under way while the last one's records are committed. */
async function measureDrain(url: string, { rounds, backlog }: Effort): Promise<BenchmarkRow> {
  const prepare = async (outbox: Outbox): Promise<() => Promise<number>> => {
    const ids = createIds(backlog);
    await commitEach(outbox, ids, toQueuedSale);
    const acknowledge = prepareChanges(ids, toFinishedSale);
    return () => Promise.all([1, 2].map(() => drain(outbox, backlog / 2, acknowledge))).then(() => backlog);
  };
  const run = async (outbox: Outbox): Promise<number> => {
    const work = await prepare(outbox);
    return measurePerSecond(backlog, async () => void (await work()));
  };
  const { ours, file } = await interleave(
    { ours: () => withPostgresOutbox(url, run), file: () => withOutbox(run) },
    rounds,
  );
  return {
    number: 26,
    measure: "drain on PostgreSQL, claims and commits overlapped",
    ours: formatRate(ours),
    denominator: `the same on SQLite: ${formatRate(file)}`,
    ratio: ours / file,
    expected: { atLeast: 0.4 },
  };
}

const FEW_DUE = 1_000;
const MANY_DUE = 60;

async function measureClaims(url: string, { rounds, unfinished }: Effort): Promise<readonly BenchmarkRow[]> {
  const many = Math.max(unfinished, MANY_DUE * FEW_DUE);
  const withDue = (count: number, stuck: number): Promise<number> =>
    withPostgresOutbox(url, async (outbox, schema) => {
      await commitEach(outbox, createIds(count + stuck), toQueuedSale);
      if (stuck > 0) await stick(schema, stuck);
      return medianClaimMs(outbox);
    });
  const measured = await interleave(
    { few: () => withDue(FEW_DUE, 0), many: () => withDue(many, 0), stuck: () => withDue(FEW_DUE, many) },
    Math.min(rounds, 3),
  );
  const row = (measure: string, ms: number, atMost: number): BenchmarkRow => ({
    number: 27,
    measure,
    ours: formatMs(ms),
    denominator: `with ${FEW_DUE.toLocaleString("en")} due: ${formatMs(measured.few)}`,
    ratio: ms / measured.few,
    expected: { atMost },
  });
  return [
    row(`claim on PostgreSQL with ${many.toLocaleString("en")} due`, measured.many, 1.2),
    row(`claim on PostgreSQL with ${many.toLocaleString("en")} stuck besides`, measured.stuck, 1.5),
  ];
}

/** Postpones so many for a year. */
async function stick(schema: DatabaseSchema, count: number): Promise<void> {
  await schema.query(
    `UPDATE schedule SET available_at = due_at + 31536000000, held_at = due_at, postponed = 9, is_repeat = true
     WHERE row_id IN (SELECT row_id FROM schedule ORDER BY row_id LIMIT ${count})`,
  );
  // All of that comes at once here. Otherwise autovacuum has a minute for each few thousand.
  await schema.query("VACUUM schedule");
}

const CLAIMS = 100;

async function medianClaimMs(outbox: PostgresOutbox): Promise<number> {
  const times: number[] = [];
  for (let claims = 0; claims < CLAIMS; claims += 1) {
    const now = Date.now();
    const startedMs = performance.now();
    (
      await outbox.claim({ worker: "bench", work: ["advice"], now, until: now + LEASE_MS, limit: BATCH_SIZE / 4 })
    )._unsafeUnwrap();
    times.push(performance.now() - startedMs);
    (await outbox.release({ worker: "bench" }))._unsafeUnwrap();
  }
  return quantile(times, 0.5);
}

const COMMITS = 20;
const MAX_PAUSE_MS = 700;

/** From the commit of a host that then leaves, until the till of another sends what was committed. */
async function measureWakeUp(url: string, { rounds }: Effort): Promise<BenchmarkRow> {
  const delaysMs: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    await withPostgresOutbox(url, async (outbox, { name }) => {
      const sentMs = new Map<Uuid, PromiseWithResolvers<number>>();
      const till = await startTill({
        outbox,
        policy: samplePolicy,
        electrum: approvingElectrum,
        onEvent: (event) => {
          if (event.type === "sent") sentMs.get(event.id)?.resolve(performance.now());
        },
      });
      for (let commits = 0; commits < COMMITS; commits += 1) {
        const [, , confirming] = createSaleSteps();
        const sent = Promise.withResolvers<number>();
        sentMs.set(confirming.id, sent);
        const other = (await openPostgresOutbox({ connectionString: url, schema: name }))._unsafeUnwrap();
        await sleep(Math.random() * MAX_PAUSE_MS);
        (await other.commit({ ...confirming, expectedVersion: 0 }))._unsafeUnwrap();
        (await other.close())._unsafeUnwrap();
        const leftMs = performance.now();
        delaysMs.push(Math.max((await sent.promise) - leftMs, 0));
      }
      await till.stop();
    });
  const p99Ms = quantile(delaysMs, 0.99);
  return {
    number: 28,
    measure: "work of another host that has left, until it is sent",
    ours: formatMs(p99Ms),
    denominator: `milliseconds, p99 of ${delaysMs.length}; median ${formatMs(quantile(delaysMs, 0.5))}`,
    ratio: p99Ms,
    expected: { atMost: 200 },
  };
}
