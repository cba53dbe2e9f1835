import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { withOutbox } from "../files.ts";
import { runConcurrently } from "../run-concurrently.ts";
import type { Effort, BenchmarkRow } from "../row.ts";
import { createSaleSteps } from "../sample.ts";

/** How many sales are under way at once, as at a busy merchant. Their rows and entries are interleaved. */
const CONCURRENCY = 16;

/** 10: the disk space of a finished transaction, after a WAL checkpoint. */
export async function measureFileSize({ sales }: Effort): Promise<BenchmarkRow> {
  const count = sales * 10;
  return withOutbox(async (outbox, _counted, path) => {
    let stored = 0;
    await runConcurrently(count, CONCURRENCY, async () => {
      const steps = createSaleSteps();
      for (const change of steps) (await outbox.commit(change))._unsafeUnwrap();
      stored += bytesOf([steps[3].record, ...steps.map(({ entry }) => entry)]);
    });
    const database = new Database(path);
    database.pragma("wal_checkpoint(TRUNCATE)");
    database.close();
    const bytes = statSync(path).size;
    return {
      number: 10,
      measure: "file bytes per finished transaction",
      ours: `${Math.round(bytes / count)} bytes`,
      denominator: `the JSON stored, record and journal: ${Math.round(stored / count)} bytes`,
      ratio: bytes / stored,
      expected: { atMost: 1.6 },
    };
  });
}

const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
