import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { withOutbox } from "../files.ts";
import type { Effort, Row } from "../row.ts";
import { saleSteps } from "../sample.ts";

/** 10: what a finished transaction takes on the disk, once the log has been copied into the file. */
export async function fileSize({ sales }: Effort): Promise<Row> {
  const COUNT = sales * 10;
  return withOutbox(async (outbox, _counted, path) => {
    let stored = 0;
    for (let index = 0; index < COUNT; index += 1) {
      const steps = saleSteps();
      for (const change of steps) (await outbox.commit(change))._unsafeUnwrap();
      stored +=
        Buffer.byteLength(steps[3].record) + steps.reduce((sum, { entry }) => sum + Buffer.byteLength(entry), 0);
    }
    const database = new Database(path);
    database.pragma("wal_checkpoint(TRUNCATE)");
    database.close();
    const bytes = statSync(path).size;
    return {
      number: 10,
      measure: "file bytes per finished transaction",
      ours: `${Math.round(bytes / COUNT)} bytes`,
      denominator: `the JSON stored, record and journal: ${Math.round(stored / COUNT)} bytes`,
      ratio: bytes / stored,
      expected: { atMost: 1.6 },
    };
  });
}
