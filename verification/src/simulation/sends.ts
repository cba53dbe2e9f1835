import { type Advice, type Outgoing, operations, type Uuid } from "@electrum-vouchers/core";
import type { Dossier, Dossiers, Underway } from "./dossier.ts";
import type { Life } from "./life.ts";
import type { Stage } from "./stage.ts";

/** Watches what is sent. */
export interface SendWatch {
  /** A process sends a message. Gives what to call when its wait is over: with or without an answer. */
  sends(outgoing: Outgoing, deadlineAt: number, sender: Life): (isAnswered: boolean) => void;
  /** The wall clock was set: what was timed by it before is judged by it no longer. */
  jumped(): void;
}

export function watchSends(
  { clock, scenario }: Stage,
  dossiers: Dossiers,
  broken: (invariant: string, id: Uuid) => void,
): SendWatch {
  const isSkewed = scenario.skewMs > 0 && scenario.processes > 1;
  // Where clocks differ from the beginning, nothing that one process timed can be judged by another's.
  let jumpedAtMs = isSkewed ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;

  function sendsRequest(id: Uuid, dossier: Dossier, { message }: Outgoing, underway: Underway): void {
    const { sender, deadlineAt } = underway;
    const text = JSON.stringify(message);
    dossier.request ??= text;
    if (text !== dossier.request) broken("every attempt carries the original message unchanged", id);
    if (!dossier.deadlines.has(deadlineAt)) broken(COMMIT_FIRST, id);
    if (dossier.isAdviceSent && jumpedAtMs === Number.NEGATIVE_INFINITY)
      broken("no request is sent once an advice about it was", id);
    if ([...dossier.requests].some((other) => other.sender === sender && other.isAwaited))
      broken("a till waits for one answer at a time", id);
    dossier.requests.add(underway);
  }

  function sendsAdvice(id: Uuid, dossier: Dossier, advice: Advice, deliverer: Life): void {
    if (JSON.stringify(advice) !== dossier.advice) broken(COMMIT_FIRST, id);
    // Whoever still waits for the answer knows it, whatever the clock says, unless another took the transaction over.
    const isAlone = dossier.drivers.size === 1;
    const isUnderWay = [...dossier.requests].some(
      ({ sender, isAwaited, deadlineAt, sentAtMs }) =>
        (isAlone && sender === deliverer && isAwaited) || (deliverer.now() < deadlineAt && sentAtMs > jumpedAtMs),
    );
    if (operations[advice.operation].kind === "reversal" && isUnderWay)
      broken("no reversal is sent while a request of ours may be under way", id);
    dossier.isAdviceSent = true;
    dossier.deliverers.add(deliverer);
  }

  return {
    jumped: () => {
      jumpedAtMs = Math.max(jumpedAtMs, clock.monotonicMs());
    },
    sends: (outgoing, deadlineAt, sender) => {
      const id = idOf(outgoing);
      // From the deadline on the port sends nothing, so that a till may ask it to.
      if (id === undefined || sender.now() >= deadlineAt) return () => undefined;
      const dossier = dossiers.of(id);
      if (isAdvice(outgoing)) {
        sendsAdvice(id, dossier, outgoing, sender);
        return () => void dossier.deliverers.delete(sender);
      }
      const underway = { sender, deadlineAt, sentAtMs: clock.monotonicMs(), isAwaited: true };
      sendsRequest(id, dossier, outgoing, underway);
      return (isAnswered) => {
        underway.isAwaited = false;
        if (isAnswered) dossier.requests.delete(underway);
      };
    },
  };
}

const COMMIT_FIRST = "nothing is sent but what is stored";

const isAdvice = (outgoing: Outgoing): outgoing is Advice => operations[outgoing.operation].kind !== "request";

/** The transaction that a message belongs to; nothing for a lookup, which says what it looks for and not who. */
export function idOf(outgoing: Outgoing): Uuid | undefined {
  if (outgoing.operation === "lookupVoucher" || outgoing.operation === "lookupRedemption") return undefined;
  return isAdvice(outgoing) ? outgoing.message.requestId : outgoing.message.id;
}
