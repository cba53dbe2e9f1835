import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import type { ResultAsync } from "neverthrow";
import type { SupervisedTill } from "../supervised-till.ts";
import type { ProcessEnvironment } from "../ports.ts";

/** The outcome of a call to a till. */
export type CallOutcome<Found extends Transaction = Transaction> =
  | { readonly type: "answered"; readonly transaction: Found }
  /** Another call would change nothing. */
  | { readonly type: "refused" }
  /** The customer gave up before any till had returned a result. */
  | { readonly type: "gaveUp" };

/** Calls any till that works. */
export interface TillClient {
  /** Calls tills until one returns a result. */
  call<Found extends Transaction>(
    id: Uuid,
    description: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<CallOutcome<Found>>;
  /** Waits until the transaction that was asked for is in none of these states. */
  waitWhileIn(outcome: CallOutcome, states: readonly Transaction["state"][]): Promise<Transaction | undefined>;
}

/** The highest number of calls before a customer gives up. */
const MAX_CALLS = 30;

const MAX_RETRY_DELAY_MS = 5_000;

export function createTillClient(
  { context, oracle }: ProcessEnvironment,
  tills: readonly SupervisedTill[],
): TillClient {
  const { clock, random, trace } = context;

  async function call<Found extends Transaction>(
    id: Uuid,
    description: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<CallOutcome<Found>> {
    for (let callsLeft = 1 + random.below(MAX_CALLS); callsLeft > 0; callsLeft -= 1) {
      const supervisedTill = random.pick(tills);
      const result = await supervisedTill.call(work);
      const outcome = result.match(
        ({ state }) => state,
        (error) => (error.type === "refused" ? `refused, ${error.refusal.type}` : error.type),
      );
      trace.add(supervisedTill.name, `${description} ${trace.nameOf(id)}: ${outcome}`);
      if (result.isOk()) {
        oracle.recordResult(result.value);
        return { type: "answered", transaction: result.value };
      }
      const { error } = result;
      switch (error.type) {
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

  async function waitWhileIn(
    outcome: CallOutcome,
    states: readonly Transaction["state"][],
  ): Promise<Transaction | undefined> {
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

  return { call, waitWhileIn };
}
