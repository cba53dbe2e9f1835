import { decode, type Uuid } from "@electrum-vouchers/core";
import type { Change, Electrum } from "@electrum-vouchers/core/ports";
import { startTill } from "@electrum-vouchers/runtime";
import { factStep } from "@electrum-vouchers/runtime/engine";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { okAsync } from "neverthrow";
import { commitEach } from "../backlog.ts";
import { withTemporaryFolder, withOutbox } from "../files.ts";
import { openHandWrittenOutbox } from "../hand-written-outbox.ts";
import { interleave, measurePerSecond } from "../rounds.ts";
import { type Effort, type BenchmarkRow, formatRate } from "../row.ts";
import { acknowledge, toCommittedChange, samplePolicy, type SaleSteps, createSaleSteps } from "../sample.ts";
import { BATCH_SIZE, drain, drainHandWritten } from "./drain.ts";

const CONCURRENCY = 64;

/** The core makes each step by step, which takes longer, so there are fewer. */
const BACKLOG_DIVISOR = 5;

/** 7, besides the drain: with the core's step between claim and commit, and through the whole forwarder. */
export async function measureForwarding({ rounds, backlog }: Effort): Promise<readonly BenchmarkRow[]> {
  const count = Math.ceil(backlog / BACKLOG_DIVISOR);
  const sales = (): readonly SaleSteps[] => Array.from({ length: count }, createSaleSteps);
  const { ours, byHand, forwarder } = await interleave(
    {
      ours: () =>
        withOutbox(async (outbox) => {
          await queue(outbox, sales());
          return measurePerSecond(count, async () => void (await drain(outbox, count, acknowledgeStored)));
        }),
      byHand: () =>
        withTemporaryFolder((folder) => {
          const database = openHandWrittenOutbox(folder);
          const all = sales();
          for (const step of [0, 1, 2] as const) database.saveAll(all.map((sale) => sale[step]));
          return drainHandWritten(database, count, BATCH_SIZE, acknowledgeStored).finally(() => database.close());
        }),
      forwarder: () =>
        withOutbox(async (outbox) => {
          await queue(outbox, sales());
          return measurePerSecond(count, () => forwardAll(outbox, count));
        }),
    },
    rounds,
  );
  const denominator = `the same step, hand-written outbox: ${formatRate(byHand)}`;
  return [
    { number: 7, measure: "drain with the core's step", ours: formatRate(ours), denominator, ratio: ours / byHand },
    {
      number: 7,
      measure: "drain by the forwarder",
      ours: formatRate(forwarder),
      denominator,
      ratio: forwarder / byHand,
    },
  ];
}

async function queue(outbox: SqliteOutbox, sales: readonly SaleSteps[]): Promise<void> {
  for (const step of [0, 1, 2] as const) await commitEach(outbox, sales, (sale) => sale[step]);
}

/** The step of the core for a stored sale whose confirmation is acknowledged. */
function acknowledgeStored({ record, version }: { readonly id: Uuid; version: number; record: string }): Change {
  const transaction = decode(record)._unsafeUnwrap();
  return toCommittedChange(factStep({ transaction, version }, acknowledge(transaction)));
}

/** Electrum acknowledges whatever it is told, at once. */
const acknowledgingElectrum: Electrum = {
  send: ({ message }) => okAsync({ status: 202, body: JSON.stringify(message) }),
  close: () => {},
};

async function forwardAll(outbox: SqliteOutbox, count: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  let left = count;
  const till = await startTill({
    outbox,
    policy: samplePolicy,
    electrum: acknowledgingElectrum,
    forwarding: { concurrency: CONCURRENCY },
    onEvent: (event) => {
      if (event.type === "step" && (left -= 1) === 0) done.resolve();
    },
  });
  await done.promise;
  await till.stop();
}
