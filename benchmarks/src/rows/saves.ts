import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Change } from "@electrum-vouchers/core/ports";
import { putOffDone } from "../backlog.ts";
import { inFolder, withOutbox } from "../files.ts";
import { handWritten } from "../hand-written.ts";
import { inFlight } from "../in-flight.ts";
import { interleave, perSecond } from "../rounds.ts";
import { type Effort, milliseconds, type Row, rate } from "../row.ts";
import { sameRows } from "../same-rows.ts";
import { type SaleSteps, saleSteps } from "../sample.ts";
import { grouped } from "../whole-sales-by-hand.ts";

/**
 * As many sales as have the log of each file reach its length: from then on it is written over, which waits less for the disk
 * than growing it. A till's file is nearly always in that state.
 */
const WARM_UP = 300;

/** Rounds of few sales take turns often, so that all meet the same disk, which is never the same for long. */
const TURNS = 4;

/** Two files of the very same outbox differ by a tenth, each for as long as it is there: so each has several, in turn. */
const FILES = 4;

type Saver = (change: Change) => unknown;

/** 1: what the port costs a caller who waits for each save, in files that have been in use for a while. */
export async function durableSave({ rounds, sales }: Effort): Promise<readonly Row[]> {
  const turns = rounds * TURNS;
  const { ours, raw, turned, lean } = await inFolder(async (folder) => {
    const files: Files[] = [];
    for (let number = 0; number < FILES; number += 1) files.push(await openFiles(join(folder, String(number))));
    for (const { savers } of files) {
      const first = changesOf(WARM_UP);
      for (const save of Object.values(savers)) await saveAll(first, save);
    }
    // One turn more, which is not counted.
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
  const measured = { number: 1, measure: "durable save, one caller", ours: rate(ours) };
  return [
    {
      ...measured,
      denominator: `raw better-sqlite3, FULL, same rows: ${rate(raw)}`,
      ratio: ours / raw,
      expected: { atLeast: 0.9 },
    },
    { ...measured, denominator: `the same, a turn of the event loop later: ${rate(turned)}`, ratio: ours / turned },
    { ...measured, denominator: `the leanest tables by hand, FULL: ${rate(lean)}`, ratio: ours / lean },
  ];
}

/** One file of each kind. */
interface Files {
  readonly savers: Readonly<Record<"ours" | "raw" | "turned" | "lean", Saver>>;
  close(): Promise<void>;
}

async function openFiles(folder: string): Promise<Files> {
  const turnFolder = join(folder, "turn");
  mkdirSync(turnFolder, { recursive: true });
  const outbox = openSqliteOutbox({ path: join(folder, "outbox.db") })._unsafeUnwrap();
  const same = await sameRows(folder);
  const turned = await sameRows(turnFolder);
  const lean = handWritten(folder);
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

/** Every step of some sales, each sale after the one before. */
const changesOf = (sales: number): readonly Change[] => Array.from({ length: sales }, saleSteps).flat();

/** Saves one after the other; gives how many a second. */
const saveAll = (changes: readonly Change[], save: Saver): Promise<number> =>
  perSecond(changes.length, async () => {
    for (const change of changes) {
      const saving = save(change);
      if (saving instanceof Promise) await saving;
    }
  });

/** 12: how long the store keeps everything else in the process waiting. */
export async function eventLoopDelay({ rounds, sales }: Effort): Promise<Row> {
  const { ours, byHand } = await inFolder((folder) =>
    withOutbox(async (outbox) => {
      const other = handWritten(folder);
      const saveByHand = grouped(other);
      const prepared = (): SaleSteps[] => Array.from({ length: sales * 4 }, saleSteps);
      const medians = await interleave(
        {
          ours: () => delayMs(prepared(), async (change) => (await outbox.commit(change))._unsafeUnwrap()),
          byHand: () => delayMs(prepared(), saveByHand),
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
    ours: milliseconds(ours),
    denominator: `milliseconds; by hand, grouped commits: ${milliseconds(byHand)}`,
    ratio: ours,
    expected: { atMost: 10 },
  };
}

const WIDTH = 64;

async function delayMs(sales: SaleSteps[], save: (change: Change) => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await inFlight(sales.length, WIDTH, async () => {
    for (const change of sales.pop() ?? []) await save(change);
  });
  await putOffDone();
  delay.disable();
  return delay.percentile(99) / 1e6;
}
