import { operations } from "@electrum-vouchers/core";
import type { MessageInFlight } from "../network/network.ts";
import { memoize } from "../search/intern.ts";
import type { State } from "../search/state.ts";
import type { StateSpace } from "../state-space.ts";
import type { TillStep } from "../till/till-step.ts";
import type { LimitCause, History } from "./history.ts";
import { mayHandOver } from "../../oracle/promises.ts";

/** What is remembered after a step of the till, and after a message was handled. */
export interface HistoryUpdates {
  afterStep(history: number, step: TillStep): number;
  afterDelivery(state: State, message: MessageInFlight, world: number, status: number): number;
}

export function createHistoryUpdates({ configuration, records, messages, histories }: StateSpace): HistoryUpdates {
  const mayBeHandedOver = memoize((record: number) => mayHandOver(records.valueOf(record).transaction));

  function afterStep(before: number, step: TillStep): number {
    const { sentMessage, intent, decision, record } = step;
    const isHandedOver = step.isHandedOver || (record !== undefined && mayBeHandedOver(record));
    const known = histories.valueOf(before);
    if (
      sentMessage === undefined &&
      intent !== "lookUp" &&
      decision === undefined &&
      (known.isHandedOver || !isHandedOver)
    ) {
      return before;
    }
    return histories.idOf({
      ...known,
      ...(sentMessage === undefined ? {} : afterSending(known, messages.valueOf(sentMessage))),
      ...(decision === undefined ? {} : { decision: known.decision ?? decision }),
      isHandedOver: known.isHandedOver || isHandedOver,
      hasLookedUpAgain: known.hasLookedUpAgain || intent === "lookUp",
    });
  }

  function afterDelivery(state: State, message: MessageInFlight, world: number, status: number): number {
    const known = histories.valueOf(state.history);
    if (message.type === "advice") {
      const isUnknown = operations[message.outgoing.operation].kind === "reversal" && status === 404;
      const isForgotten = isUnknown && !configuration.remembersReversals && world === state.world;
      return isForgotten ? histories.idOf({ ...known, isReversalForgotten: true }) : state.history;
    }
    const limitCause = findLimitCause(known, message, world !== state.world);
    return limitCause === known.limitCause || limitCause === undefined
      ? state.history
      : histories.idOf({ ...known, limitCause });
  }

  return { afterStep, afterDelivery };
}

const afterSending = ({ lastAttemptSent, hasSentRedemption }: History, message: MessageInFlight): Partial<History> =>
  message.type === "request"
    ? {
        lastAttemptSent: Math.max(lastAttemptSent, message.attempt),
        hasSentRedemption: hasSentRedemption || message.outgoing.operation === "redeemVoucher",
      }
    : { adviceSent: message.outgoing };

function findLimitCause(
  { isReversalForgotten, limitCause }: History,
  { isRepeat }: MessageInFlight,
  hasEffect: boolean,
): LimitCause | undefined {
  if (isReversalForgotten && hasEffect) return "lateRequest";
  return limitCause ?? (isRepeat ? "repeatedRequest" : undefined);
}
