import { decode, type Uuid } from "@electrum-vouchers/core";
import type { Change, Electrum } from "@electrum-vouchers/core/ports";
import { startTill } from "@electrum-vouchers/runtime";
import { observed } from "@electrum-vouchers/runtime/drive";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { okAsync } from "neverthrow";
import { commitEach } from "../backlog.ts";
import { inFolder, withOutbox } from "../files.ts";
import { handWritten } from "../hand-written.ts";
import { interleave, perSecond } from "../rounds.ts";
import { type Effort, type Row, rate } from "../row.ts";
import { acknowledgement, changeIn, rules, type SaleSteps, saleSteps } from "../sample.ts";
import { BATCH, drain, drainHand } from "./drain.ts";

const IN_FLIGHT = 64;

/** Each is made by the core step by step, so that fewer do. */
const SHARE = 5;

/** 7, beside the drain: with the core's step between claim and commit, and through the whole forwarder. */
export async function forwardingRate({ rounds, backlog }: Effort): Promise<readonly Row[]> {
  const count = Math.ceil(backlog / SHARE);
  const sales = (): readonly SaleSteps[] => Array.from({ length: count }, saleSteps);
  const { ours, byHand, forwarder } = await interleave(
    {
      ours: () =>
        withOutbox(async (outbox) => {
          await queue(outbox, sales());
          return perSecond(count, async () => void (await drain(outbox, count, acknowledged)));
        }),
      byHand: () =>
        inFolder((folder) => {
          const database = handWritten(folder);
          const all = sales();
          for (const step of [0, 1, 2] as const) database.saveAll(all.map((sale) => sale[step]));
          return drainHand(database, count, BATCH, acknowledged).finally(() => database.close());
        }),
      forwarder: () =>
        withOutbox(async (outbox) => {
          await queue(outbox, sales());
          return perSecond(count, () => forwardAll(outbox, count));
        }),
    },
    rounds,
  );
  const denominator = `the same step, hand-written outbox: ${rate(byHand)}`;
  return [
    { number: 7, measure: "drain with the core's step", ours: rate(ours), denominator, ratio: ours / byHand },
    { number: 7, measure: "drain by the forwarder", ours: rate(forwarder), denominator, ratio: forwarder / byHand },
  ];
}

async function queue(outbox: SqliteOutbox, sales: readonly SaleSteps[]): Promise<void> {
  for (const step of [0, 1, 2] as const) await commitEach(outbox, sales, (sale) => sale[step]);
}

/** What the core makes of a stored sale whose confirmation is acknowledged. */
function acknowledged({ record, version }: { readonly id: Uuid; version: number; record: string }): Change {
  const transaction = decode(record)._unsafeUnwrap();
  return changeIn(observed({ transaction, version }, acknowledgement(transaction)));
}

/** Electrum acknowledges whatever it is told, at once. */
const acknowledging: Electrum = { send: () => okAsync({ status: 202, body: "" }), close: () => {} };

async function forwardAll(outbox: SqliteOutbox, count: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  let left = count;
  const till = await startTill({
    outbox,
    policy: rules,
    electrum: acknowledging,
    forwarding: { inFlight: IN_FLIGHT },
    observe: (event) => {
      if (event.type === "step" && (left -= 1) === 0) done.resolve();
    },
  });
  await done.promise;
  await till.stop();
}
