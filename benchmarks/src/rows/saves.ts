import { monitorEventLoopDelay } from "node:perf_hooks";
import { inFolder, withOutbox } from "../files.ts";
import { handWritten } from "../hand-written.ts";
import { inFlight } from "../in-flight.ts";
import { interleave, perSecond } from "../rounds.ts";
import { type Effort, milliseconds, type Row, rate } from "../row.ts";
import { saleSteps } from "../sample.ts";

/** 1: what the port costs a caller who waits for each save. */
export async function durableSave({ rounds, sales }: Effort): Promise<Row> {
  const prepared = Array.from({ length: rounds + 1 }, () => Array.from({ length: sales }, saleSteps).flat());
  const turns = { ours: 0, byHand: 0 };
  const { ours, byHand } = await interleave(
    {
      ours: async () => {
        const changes = prepared[turns.ours++] ?? [];
        return withOutbox((outbox) =>
          perSecond(changes.length, async () => {
            for (const change of changes) (await outbox.commit(change))._unsafeUnwrap();
          }),
        );
      },
      byHand: async () => {
        const changes = prepared[turns.byHand++] ?? [];
        return inFolder(async (folder) => {
          const database = handWritten(folder);
          const figure = await perSecond(changes.length, () => {
            for (const change of changes) database.save(change);
          });
          database.close();
          return figure;
        });
      },
    },
    rounds,
  );
  return {
    number: 1,
    measure: "durable save, one caller",
    ours: rate(ours),
    denominator: `raw better-sqlite3, FULL, same rows: ${rate(byHand)}`,
    ratio: ours / byHand,
    expected: { atLeast: 0.9 },
  };
}

/** 12: how long the store keeps everything else in the process waiting. */
export async function eventLoopDelay({ sales }: Effort): Promise<Row> {
  const WIDTH = 64;
  const prepared = Array.from({ length: sales * 8 }, saleSteps);
  return withOutbox(async (outbox) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await inFlight(prepared.length, WIDTH, async () => {
      for (const change of prepared.pop() ?? []) (await outbox.commit(change))._unsafeUnwrap();
    });
    delay.disable();
    const p99Ms = delay.percentile(99) / 1e6;
    return {
      number: 12,
      measure: "event-loop delay caused by the store, p99, 64 in flight",
      ours: milliseconds(p99Ms),
      denominator: "milliseconds",
      ratio: p99Ms,
      expected: { atMost: 10 },
    };
  });
}
