// Dual messaging: an approval waits for the till to decide. This is the part that every kind shares until the decision.
//
//   issued, redeemed ── paymentStarted ──▶ the same, paying ── its time to decide is over ──▶ the same, overdue: an operator decides
//           └────────── its time to decide is over ──▶ reversing, if the policy reverses
//
// Rules
// 1. Nothing is reversed by itself once a payment has started: the customer may have paid, and only the till or an operator knows.
// 2. What is overdue waits for nothing but a decision. It needs attention, and is alerted once.

import { err, ok, type Result } from "neverthrow";
import type { Policy } from "../policy.ts";
import type { Fact, PaymentStarted, Refusal, WakeAt } from "../step.ts";
import type { Instant } from "../time.ts";
import type { Approval, Undecided } from "./finalization-state.ts";

/** How long the till may take to decide on an approval, in dual messaging: for ever, or until its decision timer. */
export function awaitDecision(
  policy: Policy,
  { attempt, at }: Approval,
): { readonly decideBy?: Instant; readonly command?: WakeAt } {
  if (policy.decisionDeadlineMs === undefined) return {};
  const decideBy = at + policy.decisionDeadlineMs;
  return { decideBy, command: { type: "wakeAt", timer: "decision", attempt, at: decideBy } };
}

/** Whether the till's time to decide is over. If the policy waits for ever, no timer ends it. */
export const endsDecision = (
  { approval, decideBy }: Undecided & { readonly approval: Approval },
  fact: Fact,
): boolean =>
  fact.type === "timer" && fact.timer === "decision" && fact.attempt === approval.attempt && decideBy !== undefined;

/** Whether the end of the time to decide must not reverse: the customer may have paid, or the policy says so. */
export const alertsWhenOverdue = ({ payment }: Undecided, { onDecisionDeadline }: Policy): boolean =>
  payment !== undefined || onDecisionDeadline === "alert";

/** The time to decide is over, and an operator must look. Nothing is due any more. */
export function toOverdue<State extends Undecided>(
  { decideBy: _, ...state }: State,
  overdueAt: Instant,
): Omit<State, "decideBy"> & { readonly overdueAt: Instant } {
  return { ...state, overdueAt };
}

/** The customer is about to pay. The same again changes nothing. */
export function startPayment<State extends Undecided & { readonly state: string }>(
  current: State,
  { type, ...payment }: PaymentStarted,
): Result<{ readonly state: State }, Refusal> {
  if (current.payment === undefined) return ok({ state: { ...current, payment } });
  return current.payment.reference === payment.reference
    ? ok({ state: current })
    : err({ type: "contentDiffers", intent: type, decidedAt: current.payment.at });
}
