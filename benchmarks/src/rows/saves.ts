import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change } from "@electrum-vouchers/core/ports";
import { awaitDeferredWork } from "../backlog.ts";
import { withTemporaryFolder, withOutbox } from "../files.ts";
import { openHandWrittenOutbox } from "../hand-written-outbox.ts";
import { runConcurrently } from "../run-concurrently.ts";
import { interleave, measurePerSecond } from "../rounds.ts";
import { type Effort, formatMs, type BenchmarkRow, formatRate } from "../row.ts";
import { openSameRows } from "../same-rows.ts";
import { type SaleSteps, createSaleSteps } from "../sample.ts";
import { createGroupedSave } from "../whole-sales-by-hand.ts";

/**
 * So many sales that the WAL of each file reaches its full length. From then on it is overwritten, which waits less for the disk
 * than appending. A till's file is nearly always in that state.
 */
const WARM_UP = 300;

/** Rounds of few sales alternate often, since the speed of a disk changes often, and all contenders should meet the same disk. */
const TURNS = 4;

/** Two files of the same outbox can differ in speed by a tenth for as long as they exist. So each contender uses several files in turn. */
const FILES = 4;

type Save = (change: Change) => unknown;

/** 1: the cost of the port for a caller that waits for each save, in files that have been in use for a while. */
export async function measureDurableSave({ rounds, sales }: Effort): Promise<readonly BenchmarkRow[]> {
  const turns = rounds * TURNS;
  const { ours, raw, turned, lean } = await withTemporaryFolder(async (folder) => {
    const files: Files[] = [];
    for (let number = 0; number < FILES; number += 1) files.push(await openFiles(join(folder, String(number))));
    for (const { savers } of files) {
      const first = changesOf(WARM_UP);
      for (const save of Object.values(savers)) await saveAll(first, save);
    }
    // One round more, which is not counted.
    const changes = Array.from({ length: turns + 1 }, () => changesOf(Math.ceil(sales / TURNS)));
    const contender = (name: keyof Files["savers"]): (() => Promise<number>) => {
      let turn = 0;
      return () => {
        const [these, file] = [changes[turn], files[turn % FILES]];
        if (these === undefined || file === undefined) throw new RangeError("there are changes for each turn");
        turn += 1;
        return saveAll(these, file.savers[name]);
      };
    };
    const medians = await interleave(
      { ours: contender("ours"), raw: contender("raw"), turned: contender("turned"), lean: contender("lean") },
      turns,
    );
    for (const { close } of files) await close();
    return medians;
  });
  const measured = { number: 1, measure: "durable save, one caller", ours: formatRate(ours) };
  return [
    {
      ...measured,
      denominator: `raw better-sqlite3, FULL, same rows: ${formatRate(raw)}`,
      ratio: ours / raw,
      expected: { atLeast: 0.9 },
    },
    {
      ...measured,
      denominator: `the same, a turn of the event loop later: ${formatRate(turned)}`,
      ratio: ours / turned,
    },
    { ...measured, denominator: `the leanest tables by hand, FULL: ${formatRate(lean)}`, ratio: ours / lean },
  ];
}

/** One file of each kind. */
interface Files {
  readonly savers: Readonly<Record<"ours" | "raw" | "turned" | "lean", Save>>;
  close(): Promise<void>;
}

async function openFiles(folder: string): Promise<Files> {
  const turnFolder = join(folder, "turn");
  mkdirSync(turnFolder, { recursive: true });
  const outbox = openSqliteOutbox({ path: join(folder, "outbox.db") })._unsafeUnwrap();
  const same = await openSameRows(folder);
  const turned = await openSameRows(turnFolder);
  const lean = openHandWrittenOutbox(folder);
  return {
    savers: {
      ours: async (change) => (await outbox.commit(change))._unsafeUnwrap(),
      raw: same.save,
      turned: async (change) => {
        await nextTurn();
        turned.save(change);
      },
      lean: lean.save,
    },
    close: async () => {
      (await outbox.close())._unsafeUnwrap();
      same.close();
      turned.close();
      lean.close();
    },
  };
}

/** Every step of some sales, one sale after the other. */
const changesOf = (sales: number): readonly Change[] => Array.from({ length: sales }, createSaleSteps).flat();

/** Saves one after the other. Gives the saves a second. */
const saveAll = (changes: readonly Change[], save: Save): Promise<number> =>
  measurePerSecond(changes.length, async () => {
    for (const change of changes) {
      const saving = save(change);
      if (saving instanceof Promise) await saving;
    }
  });

/** 12: how long the outbox blocks the event loop of the process. */
export async function measureEventLoopDelay({ rounds, sales }: Effort): Promise<BenchmarkRow> {
  const { ours, byHand } = await withTemporaryFolder((folder) =>
    withOutbox(async (outbox) => {
      const other = openHandWrittenOutbox(folder);
      const saveByHand = createGroupedSave(other);
      const createSales = (): SaleSteps[] => Array.from({ length: sales * 4 }, createSaleSteps);
      const medians = await interleave(
        {
          ours: () => measureDelayMs(createSales(), async (change) => (await outbox.commit(change))._unsafeUnwrap()),
          byHand: () => measureDelayMs(createSales(), saveByHand),
        },
        rounds,
      );
      other.close();
      return medians;
    }),
  );
  return {
    number: 12,
    measure: "event-loop delay caused by the store, p99, 64 in flight",
    ours: formatMs(ours),
    denominator: `milliseconds; by hand, grouped commits: ${formatMs(byHand)}`,
    ratio: ours,
    expected: { atMost: 10 },
  };
}

const CONCURRENCY = 64;

async function measureDelayMs(sales: SaleSteps[], save: (change: Change) => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await runConcurrently(sales.length, CONCURRENCY, async () => {
    for (const change of sales.pop() ?? []) await save(change);
  });
  await awaitDeferredWork();
  delay.disable();
  return delay.percentile(99) / 1e6;
}
