import { operations } from "@electrum-vouchers/core";
import type { Message } from "../network/network.ts";
import { memoize } from "../search/intern.ts";
import type { State } from "../search/state.ts";
import type { Space } from "../space.ts";
import type { TillStep } from "../till/till-step.ts";
import type { Excuse, Ghosts } from "./ghosts.ts";
import { handsOver } from "./promises.ts";

/** What is remembered after a step of the till, and after a message was handled. */
export interface GhostMoves {
  afterStep(ghosts: number, step: TillStep): number;
  afterDelivery(state: State, message: Message, world: number, status: number): number;
}

export function createGhostMoves({ configuration, records, messages, ghosts }: Space): GhostMoves {
  const canBeHandedOver = memoize((record: number) => handsOver(records.valueOf(record).transaction));

  function afterStep(before: number, step: TillStep): number {
    const { sends, intent, decides, record } = step;
    const isHandedOver = step.handsOver || (record !== undefined && canBeHandedOver(record));
    const known = ghosts.valueOf(before);
    if (sends === undefined && intent !== "lookUp" && decides === undefined && (known.handedOver || !isHandedOver)) {
      return before;
    }
    return ghosts.idOf({
      ...known,
      ...(sends === undefined ? {} : afterSending(known, messages.valueOf(sends))),
      ...(decides === undefined ? {} : { decided: known.decided ?? decides }),
      handedOver: known.handedOver || isHandedOver,
      lookedUpAgain: known.lookedUpAgain || intent === "lookUp",
    });
  }

  function afterDelivery(state: State, message: Message, world: number, status: number): number {
    const known = ghosts.valueOf(state.ghosts);
    if (message.type === "advice") {
      const isUnknown = operations[message.outgoing.operation].kind === "reversal" && status === 404;
      const isForgotten = isUnknown && !configuration.remembersReversals && world === state.world;
      return isForgotten ? ghosts.idOf({ ...known, forgotten: true }) : state.ghosts;
    }
    const excuse = excuseFor(known, message, world !== state.world);
    return excuse === known.excuse || excuse === undefined ? state.ghosts : ghosts.idOf({ ...known, excuse });
  }

  return { afterStep, afterDelivery };
}

const afterSending = ({ attemptSent, hasRedeemed }: Ghosts, message: Message): Partial<Ghosts> =>
  message.type === "request"
    ? {
        attemptSent: Math.max(attemptSent, message.attempt),
        hasRedeemed: hasRedeemed || message.outgoing.operation === "redeemVoucher",
      }
    : { adviceSent: message.outgoing };

function excuseFor({ forgotten, excuse }: Ghosts, { isRepeat }: Message, hasEffect: boolean): Excuse | undefined {
  if (forgotten && hasEffect) return "lateRequest";
  return excuse ?? (isRepeat ? "repeatedRequest" : undefined);
}
