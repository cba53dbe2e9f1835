import type { Transaction, TransactionView, Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import type { ResultAsync } from "neverthrow";
import { fingerprintOf } from "../../oracle/transaction-history.ts";
import type { SupervisedTill } from "../supervised-till.ts";
import type { ProcessEnvironment } from "../ports.ts";

/** The outcome of a call to a till. */
export type CallOutcome<Found extends TransactionView = TransactionView> =
  | { readonly type: "answered"; readonly transaction: Found }
  /** Another call would change nothing. */
  | { readonly type: "refused" }
  /** The customer gave up before any till had returned a result. */
  | { readonly type: "gaveUp" };

/** Calls any till that works. */
export interface TillClient {
  /** Calls tills until one returns a result. */
  call<Found extends TransactionView>(
    id: Uuid,
    description: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<CallOutcome<Found>>;
  /** Waits until the transaction that was asked for is in none of these states. */
  waitWhileIn(outcome: CallOutcome, states: readonly Transaction["state"][]): Promise<TransactionView | undefined>;
  /** Receives the voucher of a sale, and gives its code. Nothing if the till does not give it, or no till works for long. */
  handOver(id: Uuid): Promise<string | undefined>;
}

/** The highest number of calls before a customer gives up. */
const MAX_CALLS = 30;

const MAX_RETRY_DELAY_MS = 5_000;

/** Calls tills until one returns a result. */
async function callAny<Value>(
  { context: { clock, random, trace } }: ProcessEnvironment,
  tills: readonly SupervisedTill[],
  id: Uuid,
  description: string,
  work: (till: Till) => ResultAsync<Value, TillError>,
  describe: (value: Value) => string,
): Promise<{ readonly type: "answered"; readonly value: Value } | { readonly type: "refused" | "gaveUp" }> {
  for (let callsLeft = 1 + random.below(MAX_CALLS); callsLeft > 0; callsLeft -= 1) {
    const supervisedTill = random.pick(tills);
    const result = await supervisedTill.call(work);
    const outcome = result.match(describe, (error) =>
      error.type === "refused" ? `refused, ${error.refusal.type}` : error.type,
    );
    trace.add(supervisedTill.name, `${description} ${trace.nameOf(id)}: ${outcome}`);
    if (result.isOk()) return { type: "answered", value: result.value };
    switch (result.error.type) {
      case "processDead":
      case "stopped":
      case "outboxUnavailable":
        await clock.sleep(random.below(MAX_RETRY_DELAY_MS));
        break;
      default:
        return { type: "refused" };
    }
  }
  return { type: "gaveUp" };
}

export function createTillClient(environment: ProcessEnvironment, tills: readonly SupervisedTill[]): TillClient {
  const {
    context: { clock, random },
    oracle,
  } = environment;

  async function call<Found extends TransactionView>(
    id: Uuid,
    description: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<CallOutcome<Found>> {
    const outcome = await callAny(environment, tills, id, description, work, ({ state }) => state);
    if (outcome.type !== "answered") return { type: outcome.type };
    const { id: toldId, state } = outcome.value;
    oracle.recordToldState(toldId, state);
    return { type: "answered", transaction: outcome.value };
  }

  async function handOver(id: Uuid): Promise<string | undefined> {
    const outcome = await callAny(
      environment,
      tills,
      id,
      "receives",
      (till) => till.handOver(id),
      ({ voucher }) => (voucher === undefined ? "no voucher" : "the voucher"),
    );
    const code = outcome.type === "answered" ? outcome.value.voucher?.code : undefined;
    if (code !== undefined) oracle.recordHandOver(id, fingerprintOf(code));
    return code;
  }

  async function waitWhileIn(
    outcome: CallOutcome,
    states: readonly Transaction["state"][],
  ): Promise<TransactionView | undefined> {
    let latest = outcome;
    for (let callsLeft = MAX_CALLS; callsLeft > 0; callsLeft -= 1) {
      if (latest.type !== "answered") return undefined;
      const { id, state } = latest.transaction;
      if (!states.includes(state)) return latest.transaction;
      await clock.sleep(random.below(MAX_RETRY_DELAY_MS));
      latest = await call(id, "looks for", (till) => till.find(id));
    }
    return undefined;
  }

  return { call, waitWhileIn, handOver };
}
